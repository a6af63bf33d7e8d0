import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.entity.mime.MultipartEntityBuilder;
import org.apache.http.entity.mime.content.ByteArrayBody;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.util.EntityUtils;

/**
 * Uploads with Apache HttpClient 4. The builder's default (strict) mode writes part headers in ASCII, so that every other
 * character of a name leaves as a question mark. Usage: java Upload.java URL TOKEN FILE
 */
public class Upload {
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[2]);
    HttpPost post = new HttpPost(args[0]);
    post.addHeader("Authorization", "Zoho-oauthtoken " + args[1]);
    ByteArrayBody bytes = new ByteArrayBody(Files.readAllBytes(file), file.getFileName().toString());
    post.setEntity(MultipartEntityBuilder.create().addPart("file", bytes).build());
    try (CloseableHttpClient client = HttpClientBuilder.create().build();
        CloseableHttpResponse response = client.execute(post)) {
      System.out.println(response.getStatusLine().getStatusCode());
      System.out.print(EntityUtils.toString(response.getEntity()));
    }
  }
}
