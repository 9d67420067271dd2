internal import GateCore
package import GateRecords
internal import GateSettings

extension Verification {
  /// What is asked of a verdict, as it is given on a command line.
  ///
  /// - Throws: `CommandFailure` for what cannot be read.
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
