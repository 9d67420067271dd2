internal import CCurlShims
internal import Dispatch
internal import GateCore
internal import GateEngine
internal import InstanceSources
internal import Synchronization

/// Reads the group and the load balancer's view again and again, on a thread of its own.
///
/// A slow API delays no check: what comes is put where the loop finds it, and wakes it.
final class GroupPoller: MembershipFeed, Sendable {
  /// Readable when there are updates.
  let event = hg_event_descriptor()
  private let reader: GroupReader
  private let follows: Bool
  private let refresh: Duration
  /// A question that is not answered so soon is a fault already, though its answer still counts.
  private let lateness: Duration
  private let queue = DispatchQueue(label: "healthgate.group")
  private let watch = DispatchQueue(label: "healthgate.group.watch")
  /// How many questions were answered.
  private let answers = Atomic(0)
  private let updates = Mutex<[(answer: FeedAnswer, began: ContinuousClock.Instant)]>([])
  /// Those that the view is asked for.
  private let members: Mutex<[Instance]>

  /// `follows` is whether the source can name others later; a fixed list may still have a view.
  init(
    _ reader: GroupReader, members: [Instance], follows: Bool, every refresh: Duration,
    until deadline: Duration
  ) {
    self.reader = reader
    self.members = Mutex(members)
    self.follows = follows
    self.refresh = refresh
    lateness = max(min(deadline / 4, .seconds(15)), .milliseconds(1))
  }

  func start() {
    if reader.readsView { queue.async { self.readView() } }
    scheduleNext()
  }

  func takeUpdates() -> [FeedUpdate] {
    updates.withLock { updates in
      defer { updates = [] }
      return updates.map { FeedUpdate($0.answer, age: ContinuousClock.now - $0.began) }
    }
  }

  private func scheduleNext() {
    let wait = DispatchTimeInterval.microseconds(Int(clamping: refresh.inMicroseconds))
    queue.asyncAfter(deadline: .now() + wait) {
      if self.follows { self.readGroup() }
      if self.reader.readsView { self.readView() }
      self.scheduleNext()
    }
  }

  private func readGroup() {
    answering("the source of the instances", FeedAnswer.sourceFailed) {
      do throws(SourceError) {
        let listing = try reader.list()
        members.withLock { $0 = listing.instances }
        return .listed(listing)
      } catch  where reader.isGone(error) {
        return .listed(GroupListing(instances: [], isEmpty: true))
      } catch {
        return .sourceFailed(GateFault(detail: error.message))
      }
    }
  }

  private func readView() {
    answering("the load balancer", FeedAnswer.viewFailed) {
      do throws(SourceError) {
        return .viewed(try reader.views(of: members.withLock { $0 }))
      } catch {
        return .viewFailed(GateFault(detail: error.message))
      }
    }
  }

  /// Asks, and says that there is no answer when it is late: at the deadline that has to be known.
  private func answering(
    _ whom: String, _ failure: @escaping @Sendable (GateFault) -> FeedAnswer,
    _ ask: () -> FeedAnswer
  ) {
    let began = ContinuousClock.now
    let answered = answers.load(ordering: .relaxed)
    let wait = DispatchTimeInterval.microseconds(Int(clamping: lateness.inMicroseconds))
    watch.asyncAfter(deadline: .now() + wait) {
      guard self.answers.load(ordering: .relaxed) == answered else { return }
      self.post(
        failure(GateFault(detail: "no answer from \(whom) for \(self.lateness.inWords) yet")),
        from: began)
    }
    let answer = ask()
    // On the watch's queue, so that what is said of its lateness never comes after it.
    watch.sync {
      answers.add(1, ordering: .relaxed)
      post(answer, from: began)
    }
  }

  private func post(_ answer: FeedAnswer, from began: ContinuousClock.Instant) {
    updates.withLock { $0.append((answer, began)) }
    hg_event_set(event)
  }
}
