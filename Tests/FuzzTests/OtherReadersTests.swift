import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import GateSettings
@testable import GateText

/// What is read here, other programs' readers of JSON read too, and as the same: no document says
/// one thing to the gate and another to the pipeline behind it.
@Suite struct OtherReadersTests {
  /// Documents that mean to be read as two things, and random changes of these.
  private static let samples: [[UInt8]] =
    [
      #"{"decision":"promote","exit_code":0,"reason":{"code":"group_healthy"},"t":1.5e3,"n":[-0,1]}"#,
      #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"["\ud83d\ude00","\ud800","\udc00é","\u0000"]"#,
      #"{"é":1,"é":2,"é":[true,false,null]}"#, "[1e400,-1e400,1e-400,12345678901234567890]",
      "[NaN,Infinity,-Infinity,nan]", "[1,2,]", "[01,+1,.5,1.,0x1]", "/* c */ [1] // d", "'a'",
      "[1] [2]",
      "\u{FEFF}{}", "[\"a\tb\"]", "\"\u{7F}\u{80}\u{2028}\"", "{\"__proto__\":{\"a\":1}}",
      "\u{1E}[1]", "{} \0",
    ].map { Array($0.utf8) } + [
      Array("{\"a\":\"".utf8) + [0xE9, 0xFF, 0xC0, 0xAF] + Array("\"}".utf8)
    ]

  private struct Case {
    var document: [UInt8]
    /// As it was read and written again; nil when it was refused.
    var written: [UInt8]?
  }

  private static func cases(_ count: Int, seed: UInt64) -> [Case] {
    var mutation = Mutation(of: samples, seed: seed)
    return (samples + (0..<count).map { _ in Array(mutation.next().prefix(4096)) }).map {
      document in
      let value = try? JSONValue(parsing: document)
      return Case(
        document: document,
        written: value.map { value in
          var writer = JSONWriter(.compact)
          writer.value(value)
          return writer.bytes
        })
    }
  }

  /// Gives the cases to a program, a line each: both texts in Base64, the second `-` when refused.
  private static func complaints(_ cases: [Case], to command: String) throws -> String? {
    let folder = "/tmp/healthgate-readers-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    guard mkdir(folder, 0o700) == 0 else { throw BrokenPromise("no folder \(folder)") }
    defer { _ = system("rm -r '\(folder)'") }
    let lines = cases.map { one in
      Data(one.document).base64EncodedString() + " "
        + (one.written.map { Data($0).base64EncodedString() } ?? "-") + "\n"
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: folder + "/cases"))
    let status = system("cd '\(folder)' && \(command) <cases >complaints 2>&1")
    let said = String(
      decoding: try Data(contentsOf: URL(filePath: folder + "/complaints")), as: UTF8.self)
    return status == 0 && said.isEmpty ? nil : "ended with \(status): \(said.prefix(2000))"
  }

  private static func has(_ program: String) -> Bool {
    system("command -v \(program) >/dev/null 2>&1") == 0
  }

  /// What Python reads and this does not is one of the things that are refused on purpose.
  private static let python = """
    import base64, json, re, sys
    def constant(name): raise ValueError(name)
    def pairs(members):
        if len({name for name, _ in members}) < len(members): raise ValueError("doubled")
        return dict(members)
    def number(text):
        if len(text) > 1024: raise ValueError("long")
        value = float(text)
        if value in (float("inf"), -float("inf")): raise ValueError("beyond")
        return value
    def whole(text):
        number(text)
        return int(text)
    def read(text, **more):
        return json.loads(text.decode("utf-8"), parse_constant=constant, **more)
    def strictly(text):
        value = read(text, object_pairs_hook=pairs, parse_float=number, parse_int=whole)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    def depth(text):
        deep = most = 0
        for byte in re.sub(rb'"(?:[^"\\\\\\\\]|\\\\\\\\.)*"', b"", text, flags=re.S):
            deep += (byte in b"[{") - (byte in b"]}"); most = max(most, deep)
        return most
    same = lambda one, other: json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    for line in sys.stdin:
        document, written = line.rstrip("\\n").split(" ")
        document = base64.b64decode(document)
        try: value = strictly(document)
        except (ValueError, RecursionError) as error: value = error
        if written == "-":
            if not isinstance(value, Exception) and depth(document) <= 256: print("only Python reads", document)
        elif isinstance(value, Exception): print("Python does not read", document, value)
        elif not same(value, read(base64.b64decode(written))): print("read as another:", document)
    """

  @Test(arguments: [1, 2, UInt64.random(in: 0...9999)])
  func pythonReadsTheSameDocumentsAsTheSame(seed: UInt64) throws {
    guard Self.has("python3") else { return }
    let cases = Self.cases(3000, seed: seed)
    #expect(cases.count { $0.written != nil } > 100)
    let script = Data(Self.python.utf8).base64EncodedString()
    let complaints = try Self.complaints(
      cases, to: "python3 -c \"import base64; exec(base64.b64decode('\(script)'))\"")
    #expect(complaints == nil, "seed \(seed): \(complaints ?? "")")
  }

  /// jq reads more than JSON, and numbers as binary64.
  @Test(arguments: [3, UInt64.random(in: 0...9999)])
  func jqReadsWhatIsReadAsTheSame(seed: UInt64) throws {
    guard Self.has("jq") else { return }
    let cases = Self.cases(3000, seed: seed).filter { $0.written != nil }
    #expect(cases.count > 100)
    let complaints = try Self.complaints(
      cases,
      to: "jq -Rr 'split(\" \") | map(@base64d) as [$one, $other] | "
        + "(try ($one | fromjson | [.]) catch null) as $value | "
        + "select($value == null or $value[0] != ($other | fromjson)) | $one'")
    #expect(complaints == nil, "seed \(seed): \(complaints ?? "")")
  }
}
