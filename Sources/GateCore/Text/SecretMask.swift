/// Masks secrets in text from outside, however the text was changed on the way.
///
/// Of each blank-separated part of a secret, every piece of eight bytes or more is masked: also if
/// it is escaped, in another case, with text around it, with invisible characters in between, or
/// cut at either end. Shorter pieces are words and numbers that any response has. Credentials in
/// URLs are masked too, whoever owns them. The mask must be applied only to text from outside,
/// never to the program's own words, and before anything is cut.
package struct SecretMask: Sendable {
  /// The replacement for a secret.
  package static let mask = "***"
  /// The shortest piece that is masked, in bytes.
  package static let shortest = 8

  /// All pieces of the shortest length, their bytes as a number.
  private var pieces: Set<UInt64> = []
  /// The shorter beginnings of parts, in the encoding of `Beginning`.
  private var beginnings: Set<UInt64> = []
  /// A bit for each piece, so that few other texts are looked up.
  private var filter: [UInt64] = []
  /// Whether a piece has a blank, which is escaped where the secret occurs.
  private var hasBlanks = false

  package init(_ secrets: some Sequence<String> = []) { add(secrets) }

  package mutating func add(_ secrets: some Sequence<String>) {
    for secret in secrets {
      for part in secret.split(whereSeparator: \.isWhitespace)
      where part.utf8.count >= Self.shortest {
        for reading in EscapedText(Array(part.utf8)).readings() {
          for text in reading.foldings { add(text.bytes) }
        }
      }
    }
  }

  private mutating func add(_ part: [UInt8]) {
    guard part.count >= Self.shortest else { return }
    hasBlanks = hasBlanks || part.contains(UInt8(ascii: " "))
    var last = LastBytes()
    for (index, byte) in part.enumerated() {
      last.append(byte)
      if index + 1 < Self.shortest { beginnings.insert(last.beginning(of: index + 1)) }
      if index + 1 >= Self.shortest { add(piece: last.piece) }
    }
  }

  private mutating func add(piece: UInt64) {
    if filter.isEmpty { filter = Array(repeating: 0, count: 1 << 10) }
    let (word, bit) = Self.place(of: piece)
    filter[word] |= bit
    pieces.insert(piece)
  }

  package mutating func add(_ other: SecretMask) {
    for piece in other.pieces { add(piece: piece) }
    beginnings.formUnion(other.beginnings)
    hasBlanks = hasBlanks || other.hasBlanks
  }

  /// The bit of a piece in the filter; the multiplication makes its upper bits depend on all bits.
  private static func place(of piece: UInt64) -> (word: Int, bit: UInt64) {
    let number = (piece &* 0x9E37_79B9_7F4A_7C15) >> 48
    return (Int(number >> 6), 1 << (number & 63))
  }

  private func isPiece(_ piece: UInt64) -> Bool {
    guard !filter.isEmpty else { return false }
    let (word, bit) = Self.place(of: piece)
    return filter[word] & bit != 0 && pieces.contains(piece)
  }

  /// Whether more text follows.
  package enum End: Sendable {
    case whole
    /// More followed, and was not kept.
    case cut
    /// More will follow, and the possible beginning of a secret is left for then.
    case open
  }

  package func masked(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let masked = masked(bytes, .whole)
    return masked == bytes ? text : String(decoding: masked, as: UTF8.self)
  }

  /// The secrets that are masked.
  package enum Owner: Sendable {
    /// All: also those of others, such as credentials in a URL.
    case anybody
    /// Only the secrets of the mask, for code that reports what a response shows of others.
    case ourselves
  }

  package func masked(_ bytes: [UInt8], _ end: End, of owner: Owner = .anybody) -> [UInt8] {
    guard owner == .anybody || !isEmpty else { return bytes }
    var work = Int.max
    let (found, kept) = secrets(in: bytes, end, of: owner, escapedAtMost: &work)
    return Self.masking(found, in: bytes, upTo: kept)
  }

  package var isEmpty: Bool { pieces.isEmpty }

  /// Text from outside as a part of a sentence: masked, cleaned, and only then cut.
  package func quoting(_ text: some StringProtocol, limit: Int = 300) -> String {
    let clean = masked(String(text)).cleaned(to: 4 * (limit + 1))
    return clean.count > limit ? "\(clean.prefix(limit))…" : clean
  }

  /// The beginning of bytes from outside, as a part of a sentence.
  package func quoting(_ bytes: some Collection<UInt8>, limit: Int = 300) -> String {
    let most = 16 * (limit + 1)
    let beginning = masked(Array(bytes.prefix(most)), bytes.count > most ? .cut : .whole)
    return SecretMask().quoting(String(decoding: beginning, as: UTF8.self), limit: limit)
  }

  /// The ranges of secrets, ordered and disjoint, and the end of the part in which there are no
  /// others.
  ///
  /// Most text has no escapes, and is read once. Words with escapes are read in each form that they
  /// may have been written in, up to a number of bytes, which is reduced. Beyond it, such words are
  /// masked as if they were secret.
  func secrets(
    in bytes: [UInt8], _ end: End, of owner: Owner = .anybody, escapedAtMost work: inout Int
  ) -> (found: [Range<Int>], kept: Int) {
    var search = Search(bytes: bytes, end: end, owner: owner, kept: bytes.count)
    search.read(by: self, &work)
    if end == .open { search.keepTogether() }
    return (Self.merged(search.found + search.urls.map(\.secret)), search.kept)
  }

  static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    guard ranges.count > 1 else { return ranges }
    var merged: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  static func masking(_ found: [Range<Int>], in bytes: [UInt8], upTo kept: Int) -> [UInt8] {
    guard !found.isEmpty || kept < bytes.count else { return bytes }
    var masked: [UInt8] = []
    masked.reserveCapacity(kept)
    var place = 0
    for range in found where range.lowerBound < kept {
      masked += bytes[place..<range.lowerBound]
      masked += mask.utf8
      place = range.upperBound
    }
    if place < kept { masked += bytes[place..<kept] }
    return masked
  }
}

extension SecretMask: Hashable {
  package static func == (one: SecretMask, other: SecretMask) -> Bool {
    one.pieces == other.pieces && one.beginnings == other.beginnings
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(pieces) }
}

extension SecretMask: ExpressibleByArrayLiteral {
  package init(arrayLiteral secrets: String...) { self.init(secrets) }
}

// MARK: - The search

extension SecretMask {
  /// One pass over a text.
  private struct Search {
    let bytes: [UInt8]
    let end: End
    let owner: Owner
    var found: [Range<Int>] = []
    /// The secrets of URLs, and the start of the word of each, without which they would not be
    /// found.
    var urls: [(word: Int, secret: Range<Int>)] = []
    var kept: Int

    /// Keeps masked text together: what follows may belong to it.
    mutating func keepTogether() {
      let found = SecretMask.merged(found)
      var before: Int
      repeat {
        before = kept
        for range in found.reversed() where range.upperBound >= kept {
          kept = min(kept, range.lowerBound)
        }
        for url in urls where url.secret.upperBound > kept { kept = min(kept, url.word) }
      } while kept < before
    }

    mutating func read(by mask: SecretMask, _ work: inout Int) {
      // A secret may contain a blank, so words are no boundary.
      guard !mask.hasBlanks || !bytes.contains(where: { Sign($0).isOdd }) else {
        return read(EscapedText(bytes), upToEnd: true, by: mask)
      }
      var last = LastBytes()
      // The number of the last bytes that were read one by one.
      var run = 0
      var wordStart = 0
      var mayBeURL = false
      // The words that must be read in other forms too, in sequence.
      var odd = EscapedText()
      var oddEnd = 0
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        switch Sign(byte) {
        case .odd, .escape:
          let end = endOfWord(from: index)
          let word = wordStart..<end
          if isToBeRead(word) {
            if take(word, from: &work) {
              odd.append(word, of: bytes)
              oddEnd = end
            } else {
              found.append(word)
            }
          }
          (index, wordStart, run, mayBeURL) = (end, end, 0, false)
          continue
        case .blank:
          if mayBeURL { read(urlIn: wordStart..<index, &work) }
          (wordStart, mayBeURL) = (index + 1, false)
          last.append(UInt8(ascii: " "))
        case .ofURL:
          mayBeURL = mayBeURL || byte != UInt8(ascii: ":") || isSlash(index + 1)
          last.append(byte)
        case .letter:
          last.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
        }
        run += 1
        index += 1
        if run >= shortest, mask.isPiece(last.piece) { found.append(index - shortest..<index) }
      }
      if !odd.bytes.isEmpty { read(odd, upToEnd: oddEnd == bytes.count, by: mask) }
      guard run > 0 else { return }
      if mayBeURL { read(urlIn: wordStart..<bytes.count, &work) }
      leave(lastWord: wordStart, last, run, by: mask)
    }

    private func isSlash(_ index: Int) -> Bool {
      index < bytes.count && bytes[index] == UInt8(ascii: "/")
    }

    private func endOfWord(from start: Int) -> Int {
      bytes[start...].firstIndex { Sign($0) == .blank } ?? bytes.count
    }

    /// Whether a word must be read.
    ///
    /// A few ASCII characters cannot be a secret unless they are a whole value, because decoding
    /// never makes them more.
    private func isToBeRead(_ word: Range<Int>) -> Bool {
      word.count >= shortest || word.upperBound == bytes.count && end != .whole
        || bytes[word].contains { $0 >= 0x80 || $0 == UInt8(ascii: "=") }
    }

    /// Subtracts the bytes of a word with escapes from the work; false if too little is left.
    ///
    /// Words without escapes are always read.
    private func take(_ word: Range<Int>, from work: inout Int) -> Bool {
      guard bytes[word].contains(where: { Sign($0) == .escape }) else { return true }
      guard work >= word.count else { return false }
      work -= word.count
      return true
    }

    private mutating func read(urlIn word: Range<Int>, _ work: inout Int) {
      guard owner == .anybody else { return }
      guard work >= word.count else { return found.append(word) }
      work -= word.count
      urls += SecretPlaces.secretsOfURLs(in: bytes[word])
    }

    /// Reads words in each form that they may have been written in.
    private mutating func read(_ words: EscapedText, upToEnd: Bool, by mask: SecretMask) {
      let end = upToEnd ? end : .whole
      for reading in words.readings(end) {
        for folded in reading.foldings { look(into: folded, end, by: mask) }
        guard owner == .anybody else { continue }
        for (word, secret) in SecretPlaces.secretsOfURLs(in: reading.bytes[...]) {
          urls.append((reading.starts[word], reading.origin(of: secret)))
        }
      }
    }

    private mutating func look(into text: EscapedText, _ end: End, by mask: SecretMask) {
      var last = LastBytes()
      for (index, byte) in text.bytes.enumerated() {
        last.append(byte)
        guard index + 1 >= shortest, mask.isPiece(last.piece) else { continue }
        found.append(text.origin(of: index + 1 - shortest..<index + 1))
      }
      switch end {
      case .whole: return
      case .cut:
        let count = text.bytes.count
        if let cut = mask.cut(last, count) {
          // Invisible characters after a secret belong to it.
          let place = cut == 0 ? text.ends[count - 1] : text.starts[count - cut]
          kept = min(kept, place)
        }
        if owner == .anybody, let cut = SecretPlaces.cutCredentials(in: text.bytes[...]) {
          found.append(text.origin(of: cut))
        }
      case .open:
        kept = min(kept, text.openPlace)
        if owner == .anybody, let open = SecretPlaces.openURL(in: text.bytes[...]) {
          kept = min(kept, text.starts[open])
        }
      }
      if let cutEscape = text.cutEscape { kept = min(kept, cutEscape) }
    }

    /// Masks the rest of a text without escapes, of which this many bytes were read.
    private mutating func leave(
      lastWord start: Int, _ last: LastBytes, _ run: Int, by mask: SecretMask
    ) {
      switch end {
      case .whole: return
      case .cut:
        kept = min(kept, bytes.count - (mask.cut(last, run) ?? 0))
        if owner == .anybody, let cut = SecretPlaces.cutCredentials(in: bytes[start...]) {
          found.append(cut)
        }
      case .open:
        if start < bytes.count, !mask.isEmpty {
          kept = min(kept, max(start, bytes.count - shortest + 1))
        }
        if owner == .anybody, let open = SecretPlaces.openURL(in: bytes[start...]) {
          kept = min(kept, open)
        }
      }
    }
  }

  /// The number of last bytes that begin a secret which may have been cut; nil if there are none.
  ///
  /// It is 0 if a secret that is known already ends there.
  private func cut(_ last: LastBytes, _ count: Int) -> Int? {
    if count >= Self.shortest, isPiece(last.piece) { return 0 }
    return (0..<Self.shortest).last {
      0 < $0 && $0 <= count && beginnings.contains(last.beginning(of: $0))
    }
  }
}

/// What a byte can be a part of.
private enum Sign {
  case letter
  case blank
  /// It separates parts of a URL.
  case ofURL
  /// It begins an escape.
  case escape
  /// It is not a visible ASCII character.
  case odd

  /// Whether a word with it can be read in more than one form.
  var isOdd: Bool { self == .odd || self == .escape }

  init(_ byte: UInt8) {
    self =
      switch byte {
      case 0x20, 0x09...0x0D: .blank
      case UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "\\"): .escape
      case UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: ";"), UInt8(ascii: "#"): .ofURL
      case 0x21...0x7E: .letter
      default: .odd
      }
  }
}

/// The last eight bytes of a text, as a number.
private struct LastBytes {
  private(set) var piece: UInt64 = 0

  mutating func append(_ byte: UInt8) { piece = piece << 8 | UInt64(byte) }

  /// The last bytes, fewer than eight, with their number.
  func beginning(of length: Int) -> UInt64 {
    let bits = UInt64(8 * length)
    return UInt64(length) << 56 | piece & (1 << bits - 1)
  }
}
