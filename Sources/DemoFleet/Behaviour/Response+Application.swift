/// Responses of a Django site behind nginx.
extension Reply.Response {
  package static func healthy(version: String = "v42") -> Self {
    json(200, #"{"status":"ok","version":"\#(version)"}"#, version: version)
  }

  /// The health view ran, and one of its own checks failed.
  package static func failing(_ failed: String, version: String = "v42") -> Self {
    json(
      503, #"{"status":"fail","version":"\#(version)","failed":["\#(failed)"]}"#, version: version)
  }

  /// Source: Django 5, `django.views.defaults.bad_request`.
  package static let disallowedHost = djangoPage(400, "Bad Request (400)")

  package static let serverError = djangoPage(500, "Server Error (500)")

  package static let notFound = djangoPage(
    404, "Not Found", "The requested resource was not found on this server.")

  /// Source: Django's `require_POST`.
  package static let methodNotAllowed = Self(
    405, ["Content-Type": "text/html; charset=utf-8", "Allow": "POST"])

  package static func slashAppended(to location: String) -> Self {
    Self(301, ["Content-Type": "text/html; charset=utf-8", "Location": location])
  }

  private static func json(_ status: Int, _ body: String, version: String) -> Self {
    Self(
      status,
      [
        "Content-Type": "application/json", "X-App-Version": version, "Cache-Control": "no-store",
      ], text: body)
  }

  private static func djangoPage(
    _ status: Int, _ title: String, _ details: String = ""
  ) -> Self {
    let page = """

      <!doctype html>
      <html lang="en">
      <head>
        <title>\(title)</title>
      </head>
      <body>
        <h1>\(title)</h1><p>\(details)</p>
      </body>
      </html>

      """
    return Self(status, ["Content-Type": "text/html; charset=utf-8"], text: page)
  }
}
