import CSystem
import CSystemTwin
import Foundation
import LibC
import Testing

/// What is asked of the system, by Linux's own functions and by those that every system has: what holds of the one holds of
/// the other.
@Suite(.serialized) struct TwinTests {
  enum Twin: CaseIterable, CustomTestStringConvertible, Sendable {
    case native, portable

    var functions: hg_twin { self == .native ? hg_native() : hg_portable() }

    var kind: String { functions.kind().map { String(cString: $0) } ?? "" }

    var testDescription: String { "\(self): \(kind)" }
  }

  /// A poller of one of the two.
  private final class Poller {
    private let functions: hg_twin
    private let raw: OpaquePointer

    init(_ twin: Twin) throws {
      functions = twin.functions
      raw = try #require(functions.poller_new())
    }

    deinit { functions.poller_release(raw) }

    /// The system's error, or 0.
    @discardableResult func set(_ descriptor: Int32, _ what: Int, known: Bool = false) -> Int32 {
      functions.poller_set(raw, descriptor, Int32(what), known) == 0 ? 0 : errno
    }

    func setEdges(_ descriptor: Int32) -> Int32 {
      functions.poller_set_edges(raw, descriptor) == 0 ? 0 : errno
    }

    /// What is ready, and for what.
    func wait(_ microseconds: Int64 = 0, capacity: Int = 256) -> [Int32: Int] {
      var ready = [hg_ready](repeating: hg_ready(), count: capacity)
      let count = functions.poller_wait(raw, &ready, Int32(capacity), microseconds)
      #expect(count >= 0)
      let told = ready.prefix(Int(count))
      #expect(Set(told.map(\.descriptor)).count == told.count, "one is told of twice in a wait")
      return Dictionary(told.map { ($0.descriptor, Int($0.actions)) }) { $1 }
    }
  }

  /// Two ends of a connection.
  private final class Ends {
    let near: Int32
    let far: Int32

    init() throws {
      var ends: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      (near, far) = (ends[0], ends[1])
    }

    deinit {
      close(near)
      close(far)
    }

    func send() { #expect(write(far, "x", 1) == 1) }

    func receive() {
      var byte: UInt8 = 0
      #expect(read(near, &byte, 1) == 1)
    }
  }

  private static let reads = Int(HG_READS), writes = Int(HG_WRITES), failed = Int(HG_FAILED)

  @Test(arguments: Twin.allCases) func whatIsReadyIsToldOfAsLongAsItIs(twin: Twin) throws {
    let (poller, ends) = (try Poller(twin), try Ends())
    #expect(poller.set(ends.near, Self.reads) == 0)
    #expect(poller.wait().isEmpty)
    ends.send()
    for _ in 0..<3 { #expect(poller.wait() == [ends.near: Self.reads]) }
    ends.receive()
    #expect(poller.wait().isEmpty)
  }

  @Test(arguments: Twin.allCases) func onlyWhatIsAskedForIsTold(twin: Twin) throws {
    let (poller, ends) = (try Poller(twin), try Ends())
    ends.send()
    for known in [false, true] {
      poller.set(ends.near, Self.writes, known: known)
      #expect(poller.wait() == [ends.near: Self.writes])
      poller.set(ends.near, Self.reads | Self.writes, known: known)
      #expect(poller.wait() == [ends.near: Self.reads | Self.writes])
    }
    #expect(poller.set(ends.near, 0) == 0)
    #expect(poller.wait().isEmpty)
  }

  /// A loop that is told of it and does nothing is not woken for ever.
  @Test(arguments: Twin.allCases) func anEdgeIsToldOfOnceForEachDirection(twin: Twin) throws {
    let (poller, ends) = (try Poller(twin), try Ends())
    #expect(poller.setEdges(ends.near) == 0)
    #expect(poller.wait() == [ends.near: Self.writes])
    #expect(poller.wait().isEmpty)
    ends.send()
    #expect((poller.wait()[ends.near] ?? 0) & Self.reads != 0)
    #expect(poller.wait().isEmpty)
    // Who wants to be told of the rest asks for it.
    poller.set(ends.near, Self.reads, known: true)
    for _ in 0..<3 { #expect(poller.wait() == [ends.near: Self.reads]) }
  }

  @Test(arguments: Twin.allCases) func anEndThatHangsUpIsToldOfWhateverIsAskedFor(
    twin: Twin
  ) throws {
    for isEdge in [false, true] {
      let (poller, ends) = (try Poller(twin), try Ends())
      #expect((isEdge ? poller.setEdges(ends.near) : poller.set(ends.near, Self.writes)) == 0)
      #expect(poller.wait() == [ends.near: Self.writes])
      shutdown(ends.far, Int32(SHUT_RDWR))
      #expect((poller.wait()[ends.near] ?? 0) & Self.failed != 0)
      #expect(poller.wait().isEmpty == isEdge)
    }
  }

  @Test(arguments: Twin.allCases) func aDescriptorThatIsClosedIsForgotten(twin: Twin) throws {
    let (poller, ends) = (try Poller(twin), try Ends())
    ends.send()
    poller.set(ends.near, Self.reads)
    for isEdge in [false, true] {
      var pair: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
      let number = pair[0]
      #expect((isEdge ? poller.setEdges(number) : poller.set(number, Self.reads)) == 0)
      for end in pair { close(end) }
      // Nothing is told of what was closed, and it does not hide what is ready.
      for _ in 0..<3 { #expect(poller.wait() == [ends.near: Self.reads]) }
      // The number is another's: told of once at the most, and then taken out.
      #expect(dup2(ends.near, number) == number)
      #expect(Set(poller.wait().keys).isSubset(of: [ends.near, number]))
      #expect(poller.set(number, 0) == 0)
      #expect(poller.wait() == [ends.near: Self.reads])
      #expect(poller.set(number, Self.reads, known: true) == 0)
      #expect(Set(poller.wait().keys) == [ends.near, number])
      #expect(poller.set(number, 0) == 0)
      close(number)
    }
  }

  @Test(arguments: Twin.allCases) func whatCannotBeWatchedIsRefused(twin: Twin) throws {
    let poller = try Poller(twin)
    #expect(poller.set(-1, Self.reads) == EBADF)
    #expect(poller.set(1 << 20, Self.reads) == EBADF)
    #expect(poller.setEdges(-1) == EBADF)
    let file = open("/etc/passwd", O_RDONLY)
    try #require(file >= 0)
    defer { close(file) }
    #expect(poller.set(file, Self.reads) == EPERM)
    for descriptor: Int32 in [-1, file, 1 << 20] { #expect(poller.set(descriptor, 0) == 0) }
    #expect(poller.wait().isEmpty)
  }

  /// More than a wait has room for, all ready at once: none waits behind the others.
  @Test(arguments: Twin.allCases) func ofManyEachIsToldOf(twin: Twin) throws {
    let poller = try Poller(twin)
    let all = try (0..<300).map { _ in try Ends() }
    for ends in all {
      ends.send()
      #expect(poller.set(ends.near, Self.reads) == 0)
    }
    var told: Set<Int32> = []
    for _ in 0..<10 {
      let ready = poller.wait(capacity: 60)
      #expect(ready.count == 60)
      told.formUnion(ready.keys)
    }
    #expect(told == Set(all.map(\.near)))
    // Every other one is taken out.
    for (index, ends) in all.enumerated() where index % 2 == 0 { poller.set(ends.near, 0) }
    let rest = all.enumerated().filter { $0.offset % 2 == 1 }.map(\.element.near)
    #expect(Set(poller.wait().keys) == Set(rest))
  }

  @Test(arguments: Twin.allCases) func aWaitEndsInItsTime(twin: Twin) throws {
    let poller = try Poller(twin)
    for none: Int64 in [0, -1, .min] { #expect(poller.wait(none).isEmpty) }
    for time: Int64 in [1, 1500, 20_000] {
      let start = hg_monotonic_us()
      #expect(poller.wait(time).isEmpty)
      #expect(hg_monotonic_us() - start >= time)
    }
  }

  /// Without a bound, until another thread says so.
  @Test(arguments: Twin.allCases) func anEventEndsAWait(twin: Twin) throws {
    let poller = try Poller(twin)
    let functions = twin.functions
    var event = hg_event()
    try #require(functions.event_open(&event) == 0)
    defer { functions.event_close(event) }
    poller.set(event.reader, Self.reads)
    for _ in 0..<3 {
      #expect(poller.wait().isEmpty)
      Thread.detachNewThread { [event] in twin.functions.event_set(event) }
      #expect(poller.wait(.max) == [event.reader: Self.reads])
      functions.event_clear(event)
    }
  }

  /// One that nobody clears takes in more and holds nobody up.
  @Test(arguments: Twin.allCases) func anEventIsSetAsOftenAsOneLikes(twin: Twin) throws {
    let poller = try Poller(twin)
    let functions = twin.functions
    var event = hg_event()
    try #require(functions.event_open(&event) == 0)
    defer { functions.event_close(event) }
    poller.set(event.reader, Self.reads)
    for _ in 0..<100_000 { functions.event_set(event) }
    #expect(poller.wait() == [event.reader: Self.reads])
    functions.event_clear(event)
    #expect(poller.wait().isEmpty)
  }

  @Test(arguments: Twin.allCases) func signalsAreReadFromADescriptor(twin: Twin) {
    var functions = twin.functions
    #expect(hg_try_signals(&functions) == 0)
  }

  /// A test of both that has one of them twice says nothing: Linux's own is tested here unless it is built without.
  @Test func thePortableOneIsAnother() {
    #expect(Twin.portable.kind == "poll")
    #if os(Linux) && !HG_PORTABLE
      #expect(Twin.native.kind == "epoll")
    #else
      #expect(Twin.native.kind == "poll")
    #endif
  }
}
