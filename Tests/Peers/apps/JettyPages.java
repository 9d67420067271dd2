import java.net.InetSocketAddress;
import javax.servlet.http.*;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.*;

public class JettyPages {
  public static void main(String[] args) throws Exception {
    var server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])));
    var context = new ServletContextHandler();
    context.setContextPath("/shop");
    context.addServlet(new ServletHolder(new HttpServlet() {
      protected void doGet(HttpServletRequest q, HttpServletResponse a) { throw new RuntimeException("no"); }
    }), "/throws");
    context.addServlet(new ServletHolder(new HttpServlet() {
      protected void doGet(HttpServletRequest q, HttpServletResponse a) throws java.io.IOException { a.sendError(Integer.parseInt(q.getParameter("s"))); }
    }), "/says");
    context.addServlet(new ServletHolder(new HttpServlet() {
      protected void doGet(HttpServletRequest q, HttpServletResponse a) throws java.io.IOException { a.getWriter().print("ok"); }
    }), "/ok");
    server.setHandler(context);
    server.start();
  }
}
