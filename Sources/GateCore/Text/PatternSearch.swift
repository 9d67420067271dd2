/// Finds many byte patterns in one pass, in a time that grows with the text alone.
///
/// Source: Aho and Corasick, "Efficient string matching", CACM 18 (1975).
struct PatternSearch: Sendable {
  private var steps: [UInt64: Int32] = [:]
  /// The state of the longest proper suffix that begins a pattern.
  private var fallbacks: [Int32] = [0]
  private var depths: [Int32] = [0]
  /// The longest pattern that ends in a state; 0 for none.
  private var longest: [Int32] = [0]

  init(_ patterns: some Sequence<[UInt8]>) {
    for pattern in patterns { insert(pattern) }
    link()
  }

  private static func key(_ state: Int32, _ byte: UInt8) -> UInt64 {
    UInt64(UInt32(bitPattern: state)) << 8 | UInt64(byte)
  }

  private mutating func insert(_ pattern: [UInt8]) {
    var state: Int32 = 0
    for byte in pattern {
      let key = Self.key(state, byte)
      if let next = steps[key] {
        state = next
      } else {
        let next = Int32(depths.count)
        steps[key] = next
        fallbacks.append(0)
        depths.append(depths[Int(state)] + 1)
        longest.append(0)
        state = next
      }
    }
    longest[Int(state)] = depths[Int(state)]
  }

  /// In the order of their depth: a state falls back to one that is nearer the root.
  private mutating func link() {
    let edges = steps.map { (from: Int32($0.key >> 8), byte: UInt8($0.key & 0xFF), to: $0.value) }
      .sorted { depths[Int($0.to)] < depths[Int($1.to)] }
    for edge in edges where edge.from != 0 {
      let fallback = next(fallbacks[Int(edge.from)], edge.byte)
      fallbacks[Int(edge.to)] = fallback
      longest[Int(edge.to)] = max(longest[Int(edge.to)], longest[Int(fallback)])
    }
  }

  private func next(_ state: Int32, _ byte: UInt8) -> Int32 {
    var state = state
    while true {
      if let next = steps[Self.key(state, byte)] { return next }
      if state == 0 { return 0 }
      state = fallbacks[Int(state)]
    }
  }

  /// Tells the longest pattern that ends at each place.
  ///
  /// - Returns: how many bytes at the end may begin a pattern.
  func scan(_ bytes: [UInt8], _ found: (_ end: Int, _ length: Int) -> Void) -> Int {
    var state: Int32 = 0
    for (index, byte) in bytes.enumerated() {
      state = next(state, byte)
      if longest[Int(state)] > 0 { found(index + 1, Int(longest[Int(state)])) }
    }
    return Int(depths[Int(state)])
  }
}
