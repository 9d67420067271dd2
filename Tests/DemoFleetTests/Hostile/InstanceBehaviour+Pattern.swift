package import DemoFleet

extension InstanceBehaviour {
  /// The n-th check gets the reply of the n-th letter; the last letter repeats.
  package static func pattern(_ letters: String) -> InstanceBehaviour {
    let replies = letters.map(reply)
    return always(.accept(Replies(replies.dropLast(), repeating: replies.suffix(1))))
  }

  private static func reply(_ letter: Character) -> Reply {
    switch letter {
    case "P": .healthy
    case "F": .response(.failing("homepage"))
    case "E": .status(500)
    case "B": .response(.badGateway)
    case "T": .silence
    case "R": .resetAfterRequest
    case "C": .closeWithoutByte
    case "G": .garbage
    default: preconditionFailure("'\(letter)' is no letter of a pattern")
    }
  }
}
