internal import GateCore

/// Redirects: checks follow none.
extension Rule {
  static let redirects = [
    toLogin, toTLS, toTrailingSlash, toCanonicalHost, toCanonicalPath, elsewhere,
  ]

  private static let toLogin = Rule(
    .loginRedirect, .likely,
    when: {
      guard $0.isRedirect, let location = $0.location else { return false }
      return location.leadsToLogin && location.path != $0.path
    }
  ) {
    Words(
      "\($0.who) redirected \($0.path) to a login: \($0.first.locationWords)",
      cause: "the whole site requires a session, and the check has none",
      advice: "exempt the health check's path (Django: not under LoginRequiredMiddleware, "
        + "or @login_not_required; Spring Security: permitAll), and keep details out of its body")
  }

  private static let toTLS = Rule(
    .tlsRedirect, .likely,
    when: { $0.isRedirect && $0.location?.scheme == "https" && !$0.scheme.isTLS }
  ) {
    Words(
      "\($0.who) redirected \($0.path) to https: \($0.first.locationWords)",
      cause: "plain HTTP is redirected to https, and the check comes without X-Forwarded-Proto, as "
        + "a load balancer's does",
      advice: "answer \($0.path) before the redirect: a separate nginx location, "
        + "SECURE_REDIRECT_EXEMPT in Django, config.ssl_options in Rails; do not add "
        + "\($0.statuses) to the matcher: a redirect says nothing about the application")
  }

  private static let toTrailingSlash = Rule(
    .trailingSlashRedirect, .likely,
    when: {
      guard $0.isRedirect, let location = $0.location else { return false }
      return location.path == $0.path + "/" || location.path + "/" == $0.path
    }
  ) {
    Words(
      "\($0.who) redirected \($0.path) to \($0.first.locationWords)",
      cause: "the path of the check lacks a trailing slash, or has one too many, and the "
        + "application corrects it\($0.inDjango(" (APPEND_SLASH in Django)"))",
      advice:
        "set the target's path to \(($0.first.location?.path ?? "").cleaned(to: 100)): checks "
        + "do not follow redirects")
  }

  private static let toCanonicalHost = Rule(
    .canonicalHostRedirect, .likely,
    when: {
      guard $0.isRedirect, let host = $0.location?.host else { return false }
      return host != $0.host.lowercased()
    }
  ) {
    Words(
      "\($0.who) redirected to another host: \($0.first.locationWords)",
      cause:
        "the site redirects every other name to its own (PREPEND_WWW in Django, server_name in "
        + "nginx), and the check sends \($0.first.host.cleaned(to: 100)) as Host",
      advice: "answer \($0.path) in the default server, before that redirect; do not add "
        + "\($0.statuses) to the matcher: it would hide an application that is down")
  }

  private static let toCanonicalPath = Rule(
    .redirectedElsewhere, .likely,
    when: { $0.isRedirect && $0.location?.path.lowercased() == $0.path.lowercased() }
  ) {
    Words(
      "\($0.who) redirected \($0.path) to \($0.first.locationWords)",
      cause: "the application spells the path differently, or requires a cookie first",
      advice: "set the target's path to the one that is answered with \($0.check.matcher)")
  }

  private static let elsewhere = Rule(
    .redirectedElsewhere, .possible, when: { $0.isRedirect }
  ) {
    Words(
      "\($0.who) answered \($0.statuses), a redirect"
        + ($0.first.location == nil ? " without a Location" : " to \($0.first.locationWords)"),
      cause:
        "the application or a proxy sends the check elsewhere, and checks do not follow redirects",
      advice:
        "set the target's path to the one that is answered with \($0.check.matcher), or exempt "
        + "it from the redirect")
  }
}

extension Symptom {
  fileprivate var isRedirect: Bool {
    switch status {
    case 300, 301, 302, 303, 307, 308: kind == .statusMismatch
    default: false
    }
  }
}
