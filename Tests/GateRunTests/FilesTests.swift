import Foundation
import GateRecords
import GateSettings
import Testing

@testable import GateRun

@Suite struct FilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // MARK: - What takes the place of another

  @Test func whatStoodThereStaysUntilTheNewIsInPlace() throws {
    let path = try folder.write("old", to: "v.json")
    let file = try VerdictFile(path)
    try file.prepare(OutputText("new"))
    #expect(try folder.text(of: "v.json") == "old")
    try file.commit()
    #expect(try folder.text(of: "v.json") == "new")
    #expect(try folder.names == ["v.json"])
  }

  @Test func itTakesOneDocumentAfterTheOther() throws {
    let file = try VerdictFile(folder.file("v.json"))
    for text in ["first", "second", ""] {
      try file.prepare(OutputText(text))
      try file.commit()
      #expect(try folder.text(of: "v.json") == text)
    }
  }

  @Test func whatIsNeverPutInPlaceLeavesNothing() throws {
    do {
      let file = try VerdictFile(folder.file("v.json"))
      try file.prepare(OutputText("new"))
    }
    #expect(try folder.names.isEmpty)
  }

  @Test func aLinkStaysAndItsFileIsReplaced() throws {
    let target = try folder.write("old", to: "target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: target)
    let file = try VerdictFile(folder.file("link"))
    try file.prepare(OutputText("new"))
    try file.commit()
    #expect(try folder.text(of: "target") == "new")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == target)
  }

  @Test func aFolderIsNoFile() throws {
    #expect(throws: SystemError(code: EISDIR)) { try VerdictFile(folder.path) }
    #expect(throws: SystemError(code: ENOENT)) { try VerdictFile(folder.file("none/v.json")) }
  }

  // MARK: - What must be new

  @Test func aNewFileIsNeverAnother() throws {
    try NewFile.write("key", of: "the key", to: folder.file("k"), mode: 0o600)
    #expect(try folder.text(of: "k") == "key")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.file("k"))[.posixPermissions]
    #expect(mode as? Int == 0o600)
    let failure = #expect(throws: CommandFailure.self) {
      try NewFile.write("other", of: "the key", to: folder.file("k"))
    }
    #expect(failure?.status == .notWritten)
    #expect(failure?.message.contains("hint: it is never overwritten") == true)
    #expect(try folder.text(of: "k") == "key")
  }

  // MARK: - Two places in one file

  @Test(arguments: ["v.json", "./v.json", "../x/v.json"]) func twoNamesOfOneFileAreRefused(
    _ name: String
  ) throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("x"), withIntermediateDirectories: true)
    let failure = #expect(throws: CommandFailure.self) {
      try OutputPlaces.refuseShared([
        RunPlaces.Named(what: "the verdict", path: folder.file("x/v.json")),
        RunPlaces.Named(what: "the journal", path: folder.file("x/\(name)")),
      ])
    }
    #expect(failure?.status == .usage)
    #expect(failure?.message.contains("the verdict and the journal both go to") == true)
  }

  @Test func whatIsReadIsNotWrittenOver() throws {
    let key = try folder.write("key", to: "k")
    try FileManager.default.linkItem(atPath: key, toPath: folder.file("hard"))
    let failure = #expect(throws: CommandFailure.self) {
      try OutputPlaces.refuseShared(
        [RunPlaces.Named(what: "the verdict", path: folder.file("hard"))],
        with: [RunPlaces.Named(what: "sign_key", path: key)])
    }
    #expect(
      failure?.message.contains("the verdict would overwrite sign_key, read from")
        == true)
  }

  @Test func devicesMayBeShared() throws {
    try OutputPlaces.refuseShared([
      RunPlaces.Named(what: "the verdict", path: "/dev/null"),
      RunPlaces.Named(what: "the journal", path: "/dev/null"),
    ])
  }

  // MARK: - What is read

  @Test func everyFileHasABound() throws {
    let path = try folder.write("1234\n567890", to: "f")
    var kind = InputFile.Kind(name: "the list", largest: 11)
    #expect(try InputFile.read(path, as: kind).count == 11)
    kind.largest = 10
    let tooLarge = #expect(throws: CommandFailure.self) {
      try InputFile.required(path, as: kind)
    }
    #expect(tooLarge?.status == .badContent)
    kind = InputFile.Kind(name: "the list", largest: 100, longestLine: 4)
    #expect(throws: InputFile.Failure.self) { try InputFile.read(path, as: kind) }
    let none = #expect(throws: CommandFailure.self) {
      try InputFile.required(folder.file("none"), as: kind)
    }
    #expect(none?.status == .noFile)
  }

  @Test func aDeviceThatNeverEndsIsReadUpToTheBound() {
    let kind = InputFile.Kind(name: "the list", largest: 100_000)
    #expect(throws: InputFile.Failure.self) { try InputFile.read("/dev/zero", as: kind) }
  }
}
