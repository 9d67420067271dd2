import GateSettings
import Testing

@Suite struct RepeatedOptionsTests {
  @Test(arguments: [
    ("run --target TCP:1 --target TCP:2", ["--target"]),
    ("run --target=TCP:1 --soak 1 --target TCP:2 --target TCP:3", ["--target"]),
    ("run --strict --no-strict", ["--strict"]), ("run --strict --strict", ["--strict"]),
    ("run --config a --config b --soak 1 --soak 1", ["--config", "--soak"]),
    ("run --header A:1 --header B:2 --instances a --instances b --cross-check elb:a", []),
    ("verify --key a --key b --expect /a=1 --expect /b=2", []),
    ("run --on-promote a --on-rollback a", []),
    // What stands after the terminator is no option.
    ("probe --target TCP:1 -- --target", []),
    // A single hyphen is a value.
    ("run --instances-file - --terraform -", []),
    ("plan --no-such --no-such", ["--no-such"]),
  ])
  func whatTakesOneValueIsNamedWhenItIsGivenTwice(_ line: String, _ names: [String]) {
    let arguments = line.split(separator: " ").map(String.init)
    #expect(repeatedOptions(in: arguments, besides: ["--key", "--expect"]) == names)
  }
}
