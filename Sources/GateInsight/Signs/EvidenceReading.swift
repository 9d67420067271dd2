package import GateCore

extension Evidence {
  /// Reads the evidence of a failure: the whole head and the first 16 KiB of the body, once for all
  /// rules.
  ///
  /// The result is short, without secrets, and safe to print. It is nil if the response has no
  /// evidence.
  package init?(of answer: Answer, without secrets: SecretMask) {
    func shown(_ name: String) -> String? { answer.values(of: name).last.map(secrets.masked) }
    let page = MarkedPage(answer)
    let wellbeing = Wellbeing(Array(answer.body.prefix(MarkedPage.bytesRead)))
    var signs = Sign.allCases.filter { sign in sign.mark.map(page.shows) ?? false }
    let isPassing = (200...299).contains(answer.status)
    if wellbeing.isUnwell || isPassing && wellbeing.isErrorPage { signs.append(.saysUnwell) }
    if wellbeing.isWarning { signs.append(.saysWarning) }
    self.init(
      server: shown("server"), location: shown("location"), contentType: shown("content-type"),
      retryAfter: shown("retry-after"), title: page.titleText.map(secrets.masked),
      excerpt: signs.contains(.html)
        ? Self.text(of: answer, without: secrets) : Self.excerpt(of: answer, without: secrets),
      author: Author.all.first { page.shows($0.mark) }?.name, signs: signs.map(\.rawValue),
      failing: wellbeing.failing.map(secrets.masked))
    guard self != Evidence() else { return nil }
  }

  /// The beginning of a page's text, which may follow much markup.
  private static func text(of answer: Answer, without secrets: SecretMask) -> String? {
    let page = answer.body.prefix(MarkedPage.bytesRead)
    // Without markup, separate texts are adjacent, so secrets are masked before and after.
    let masked = secrets.masked(
      Array(page), answer.isBodyWhole && page.count == answer.body.count ? .whole : .cut)
    let text = Array(PageText(masked[...]).text.utf8)
    guard !text.isEmpty else { return nil }
    return String(decoding: secrets.masked(text, .whole), as: UTF8.self)
  }

  private static func excerpt(of answer: Answer, without secrets: SecretMask) -> String? {
    guard !answer.body.isEmpty else { return nil }
    let bytes = Array(answer.body.prefix(excerptBytes))
    let isCut = !answer.isBodyWhole || bytes.count < answer.body.count
    return String(decoding: secrets.masked(bytes, isCut ? .cut : .whole), as: UTF8.self)
  }
}
