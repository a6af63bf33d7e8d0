<?php
// Uploads with ext-curl a body that is put together by hand, as the reference page's PHP sample does. What it sends:
// an ENCTYPE header, two Content-Type headers (the second without a boundary), CRLF before the first boundary,
// `;filename=` without a space, a part without a Content-Type, two CRLF at the end.
// Usage: php upload.php URL TOKEN FILE

[, $url, $token, $path] = $argv;

// The sample encodes its header lines from Latin-1 to UTF-8 once more, so that names come out encoded twice.
function encode(string $text): string
{
    return iconv('ISO-8859-1', 'UTF-8', $text);
}

$boundary = (string) time();
$name = basename($path);
$body = encode("\r\n--$boundary\r\n")
    . encode("Content-Disposition: form-data; name=\"file\";filename=\"$name\"\r\n\r\n")
    . file_get_contents($path)
    . encode("\r\n--$boundary--\r\n\r\n");

$call = curl_init($url);
curl_setopt_array($call, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_POSTFIELDS => $body,
    CURLOPT_HTTPHEADER => [
        'ENCTYPE: multipart/form-data',
        "Content-Type:multipart/form-data;boundary=$boundary",
        'content-type:multipart/form-data',
        "Authorization:Zoho-oauthtoken $token",
    ],
]);
$answer = curl_exec($call);
if ($answer === false) {
    fwrite(STDERR, curl_error($call) . "\n");
    exit(1);
}
echo curl_getinfo($call, CURLINFO_RESPONSE_CODE), "\n", $answer;
