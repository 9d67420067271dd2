/// Responses of nginx itself, with or without an application behind it.
extension Reply.Response {
  /// nginx could not reach the application, which is not up yet or failed to start.
  package static let badGateway = nginxPage(502, "Bad Gateway")

  package static let badRequest = nginxPage(400, "Bad Request")

  package static func movedPermanently(to location: String) -> Self {
    var response = nginxPage(301, "Moved Permanently")
    response.headers.append("Location: \(location)")
    return response
  }

  /// The page of a fresh installation: a 200 that says nothing about an application.
  package static let staticPage = Self(
    200,
    [
      "Content-Type": "text/html", "Last-Modified": "Tue, 23 Jan 2024 10:11:12 GMT",
      "ETag": #""65af90e0-267""#, "Accept-Ranges": "bytes",
    ],
    text: """
      <!DOCTYPE html>
      <html>
      <head>
      <title>Welcome to nginx!</title>
      <style>
      html { color-scheme: light dark; }
      body { width: 35em; margin: 0 auto;
      font-family: Tahoma, Verdana, Arial, sans-serif; }
      </style>
      </head>
      <body>
      <h1>Welcome to nginx!</h1>
      <p>If you see this page, the nginx web server is successfully installed and
      working. Further configuration is required.</p>

      <p>For online documentation and support please refer to
      <a href="http://nginx.org/">nginx.org</a>.<br/>
      Commercial support is available at
      <a href="http://nginx.com/">nginx.com</a>.</p>

      <p><em>Thank you for using nginx.</em></p>
      </body>
      </html>

      """)

  private static func nginxPage(_ status: Int, _ phrase: String) -> Self {
    let lines = [
      "<html>", "<head><title>\(status) \(phrase)</title></head>", "<body>",
      "<center><h1>\(status) \(phrase)</h1></center>", "<hr><center>nginx</center>", "</body>",
      "</html>", "",
    ]
    return Self(status, ["Content-Type": "text/html"], text: lines.joined(separator: "\r\n"))
  }
}
