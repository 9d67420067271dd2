import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

/** The JDK's own server: without a context, with one that throws, and with one that says no. */
public class Pages {
  public static void main(String[] args) throws Exception {
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
    server.createContext("/throws", exchange -> { throw new RuntimeException("no"); });
    server.createContext("/unready", exchange -> { exchange.sendResponseHeaders(503, -1); exchange.close(); });
    server.createContext("/ok", exchange -> {
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write("ok".getBytes());
      exchange.close();
    });
    server.start();
  }
}
