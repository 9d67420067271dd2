/// The address of a resource in its parts: `module.edge["blue"].aws_lb_target_group.http[0]`.
struct TerraformAddress: Hashable, Sendable {
  var steps: [Step]

  struct Step: Hashable, Sendable {
    var name: String
    /// The index without quotes: a shell may have removed them, and no resource has keys of both
    /// kinds.
    var index: String?
  }

  init(parsing text: some StringProtocol) {
    var reading = Reading()
    for character in text { reading.take(character) }
    reading.endStep()
    steps = reading.steps
  }

  /// Whether this address, as a user writes it, matches; an index that is left out matches any.
  func covers(_ address: TerraformAddress) -> Bool {
    steps.count == address.steps.count
      && zip(steps, address.steps).allSatisfy { mine, other in
        mine.name == other.name && (mine.index == nil || mine.index == other.index)
      }
  }

  /// Parses an address; a key may contain dots, brackets and escaped quotes.
  private struct Reading {
    var steps: [Step] = []
    private var name = ""
    private var index: String?
    private var place = Place.name

    private enum Place { case name, index, quoted, escaped }

    mutating func take(_ character: Character) {
      switch (place, character) {
      case (.name, "."): endStep()
      case (.name, "["): (place, index) = (.index, "")
      case (.name, _): name.append(character)
      case (.index, "]"): place = .name
      case (.index, "\""): place = .quoted
      case (.quoted, "\""): place = .index
      case (.quoted, "\\"): place = .escaped
      case (.escaped, _):
        index?.append(character)
        place = .quoted
      case (.index, _), (.quoted, _): index?.append(character)
      }
    }

    mutating func endStep() {
      steps.append(Step(name: name, index: index))
      (name, index) = ("", nil)
    }
  }
}
