import Dispatch
import InstanceSources
import Synchronization
import Testing

@Suite(.serialized) struct BackgroundThreadTests {
  @Test func workIsDoneElsewhere() throws {
    let done = DispatchSemaphore(value: 0)
    try BackgroundThread.start { done.signal() }
    #expect(done.wait(timeout: .now() + 10) == .success)
  }

  @Test func beyondTheBoundThereIsAFailureAndNoThread() throws {
    let end = DispatchSemaphore(value: 0)
    var made = 0
    defer { for _ in 0..<made { end.signal() } }
    let failure = #expect(throws: BackgroundThread.Failure.self) {
      while made <= BackgroundThread.most {
        try BackgroundThread.start { end.wait() }
        made += 1
      }
    }
    #expect(failure?.description == "no thread can be started: 256 are running already")
  }

  @Test func workIsDoneAtItsTimeAndInThatOrder() throws {
    let queue = WorkQueue()
    let order = Mutex<[Int]>([])
    let done = DispatchSemaphore(value: 0)
    for (number, delay) in [(3, 60), (2, 30), (1, 0)] {
      queue.add(after: .milliseconds(delay)) {
        order.withLock { $0.append(number) }
        done.signal()
      }
    }
    try queue.start()
    try queue.start()
    for _ in 0..<3 { #expect(done.wait(timeout: .now() + 10) == .success) }
    #expect(order.withLock { $0 } == [1, 2, 3])
  }
}
