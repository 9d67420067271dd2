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
  package static let disallowedHost = Self(
    400, ["Content-Type": "text/html; charset=utf-8"],
    text: """

      <!doctype html>
      <html lang="en">
      <head>
        <title>Bad Request (400)</title>
      </head>
      <body>
        <h1>Bad Request (400)</h1><p></p>
      </body>
      </html>

      """)

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
}
