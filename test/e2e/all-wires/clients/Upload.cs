using System;
using System.IO;
using System.Net;
using System.Text;

// Uploads with HttpWebRequest a body that is put together by hand: CRLF before the first boundary, none after the last,
// always `Expect: 100-continue`, and one type for every file. Usage: mono Upload.exe URL TOKEN FILE
public static class Upload {
  const string Boundary = "----FILEBOUNDARY----";

  public static int Main(string[] args) {
    byte[] body = Body(args[2]);
    var request = (HttpWebRequest) WebRequest.Create(args[0]);
    request.Method = "POST";
    request.ContentType = "multipart/form-data; boundary=" + Boundary;
    request.Headers["Authorization"] = "Zoho-oauthtoken " + args[1];
    request.KeepAlive = true;
    request.ContentLength = body.Length;
    using (Stream stream = request.GetRequestStream()) stream.Write(body, 0, body.Length);
    using (HttpWebResponse response = Answer(request))
    using (var reader = new StreamReader(response.GetResponseStream())) {
      Console.WriteLine((int) response.StatusCode);
      Console.Write(reader.ReadToEnd());
    }
    return 0;
  }

  static byte[] Body(string path) {
    var body = new MemoryStream();
    Write(body, "\r\n--" + Boundary + "\r\n");
    Write(body, "Content-Disposition: form-data; name=\"file\"; filename=\"" + Path.GetFileName(path) + "\"\r\n");
    Write(body, "Content-Type: application/octet-stream\r\n\r\n");
    byte[] file = File.ReadAllBytes(path);
    body.Write(file, 0, file.Length);
    Write(body, "\r\n--" + Boundary + "--");
    return body.ToArray();
  }

  static void Write(Stream stream, string text) {
    byte[] bytes = Encoding.UTF8.GetBytes(text);
    stream.Write(bytes, 0, bytes.Length);
  }

  // A refusal is an exception here, with the answer inside.
  static HttpWebResponse Answer(HttpWebRequest request) {
    try {
      return (HttpWebResponse) request.GetResponse();
    } catch (WebException error) when (error.Response != null) {
      return (HttpWebResponse) error.Response;
    }
  }
}
