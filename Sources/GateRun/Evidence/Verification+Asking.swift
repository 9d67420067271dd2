internal import GateCore
package import GateRecords
internal import GateSettings

extension Verification {
  /// Reads the requirements for a verdict from the command line.
  ///
  /// - Throws: `CommandFailure` for one that cannot be read.
  package init(keyFiles: [String], maxAge: String?, expecting: [String]) throws(CommandFailure) {
    self.init()
    for path in keyFiles { keys.append(try VerifyingKey.load(path)) }
    if let maxAge {
      do throws(GrammarError) {
        self.maxAge = try Duration(parsing: maxAge)
      } catch {
        throw CommandFailure(.usage, "--max-age: \(error.description)")
      }
    }
    for text in expecting {
      do throws(GrammarError) {
        expectations.append(try JSONExpectation(parsing: text))
      } catch {
        throw CommandFailure(.usage, "--expect: \(error.description)")
      }
    }
  }
}
