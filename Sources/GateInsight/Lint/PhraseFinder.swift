/// Searches for several phrases at the same time, in one pass over a body of up to 64 KiB.
struct PhraseFinder: Sendable {
  private let phrases: [[UInt8]]
  /// The phrases by their first byte.
  private var byFirst = [[Int]](repeating: [], count: 256)
  private let letters: Letters

  enum Letters: Sendable {
    /// The phrases are in lower case; the text may be in any case.
    case alike
    case exact
  }

  init(_ phrases: [String], _ letters: Letters) {
    self.phrases = phrases.map { Array($0.utf8) }
    self.letters = letters
    for (index, phrase) in self.phrases.enumerated() {
      guard let first = phrase.first else { continue }
      byFirst[Int(first)].append(index)
    }
  }

  /// The phrase that occurs first in these bytes; nil if none does.
  func first(in bytes: [UInt8]) -> String? {
    bytes.withUnsafeBufferPointer { bytes in
      for start in bytes.indices {
        for index in byFirst[Int(folded(bytes[start]))] where stands(phrases[index], start, bytes) {
          return String(decoding: phrases[index], as: UTF8.self)
        }
      }
      return nil
    }
  }

  /// The phrases that occur in these bytes.
  func all(in bytes: [UInt8]) -> Set<String> {
    var found = [Bool](repeating: false, count: phrases.count)
    bytes.withUnsafeBufferPointer { bytes in
      for start in bytes.indices {
        for index in byFirst[Int(folded(bytes[start]))]
        where !found[index] && stands(phrases[index], start, bytes) {
          found[index] = true
        }
      }
    }
    return Set(
      phrases.indices.filter { found[$0] }.map { String(decoding: phrases[$0], as: UTF8.self) })
  }

  private func stands(
    _ phrase: [UInt8], _ start: Int, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard phrase.count <= bytes.count - start else { return false }
    for offset in phrase.indices where folded(bytes[start + offset]) != phrase[offset] {
      return false
    }
    return true
  }

  private func folded(_ byte: UInt8) -> UInt8 {
    switch letters {
    case .alike: byte.folded
    case .exact: byte
    }
  }
}
