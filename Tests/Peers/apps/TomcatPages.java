import jakarta.servlet.http.*;
import org.apache.catalina.startup.Tomcat;

public class TomcatPages {
  public static void main(String[] args) throws Exception {
    var tomcat = new Tomcat();
    tomcat.setBaseDir(args[1]);
    tomcat.setPort(Integer.parseInt(args[0]));
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    var context = tomcat.addContext("/shop", args[1]);
    Tomcat.addServlet(context, "throws", new HttpServlet() {
      protected void doGet(HttpServletRequest q, HttpServletResponse a) { throw new RuntimeException("no"); }
    });
    Tomcat.addServlet(context, "says", new HttpServlet() {
      protected void doGet(HttpServletRequest q, HttpServletResponse a) throws java.io.IOException { a.sendError(Integer.parseInt(q.getParameter("s"))); }
    });
    Tomcat.addServlet(context, "posts", new HttpServlet() {
      protected void doPost(HttpServletRequest q, HttpServletResponse a) { }
    });
    Tomcat.addServlet(context, "ok", new HttpServlet() {
      protected void doGet(HttpServletRequest q, HttpServletResponse a) throws java.io.IOException { a.getWriter().print("ok"); }
    });
    context.addServletMappingDecoded("/ok", "ok");
    context.addServletMappingDecoded("/throws", "throws");
    context.addServletMappingDecoded("/says", "says");
    context.addServletMappingDecoded("/posts", "posts");
    tomcat.start();
    tomcat.getServer().await();
  }
}
