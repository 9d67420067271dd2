internal import GateCore
internal import GateEngine
internal import InstanceSources
internal import Synchronization

/// Polls the group and the load balancer's view on a separate thread.
///
/// A slow API delays no check: updates are stored for the loop, which is woken.
final class GroupPoller: MembershipFeed, Sendable {
  let updates: LoopInbox<(answer: FeedAnswer, began: ContinuousClock.Instant)>
  private let reader: GroupReader
  private let follows: Bool
  private let refresh: Duration
  /// The time after which a request counts as a gate fault, although its later response still
  /// counts.
  private let lateness: Duration
  private let queue = WorkQueue()
  private let watch = WorkQueue()
  /// The number of requests that were answered.
  private let answers = Mutex(0)
  /// When starting is tried again after there was no thread; nil if it has started.
  private let retry = Mutex<ContinuousClock.Instant?>(nil)
  /// The instances for which the view is requested.
  private let members: Mutex<[Instance]>

  /// Creates a poller.
  ///
  /// `follows` says whether the source can list other instances later; a fixed list may still have
  /// a view.
  ///
  /// - Throws: `CommandFailure` if the system provides no event.
  init(
    _ reader: GroupReader, members: [Instance], follows: Bool, every refresh: Duration,
    until deadline: Duration
  ) throws(CommandFailure) {
    updates = try LoopInbox()
    self.reader = reader
    self.members = Mutex(members)
    self.follows = follows
    self.refresh = refresh
    lateness = max(min(deadline / 4, .seconds(15)), .milliseconds(1))
  }

  func start() {
    do throws(BackgroundThread.Failure) {
      try watch.start()
      try queue.start()
    } catch {
      let fault = GateFault(detail: "the group cannot be listed again: \(error)")
      if follows { post(.sourceFailed(fault), from: .now) }
      if reader.readsView { post(.viewFailed(fault), from: .now) }
      return retry.withLock { $0 = .now + max(refresh, .seconds(1)) }
    }
    retry.withLock { $0 = nil }
    if reader.readsView { queue.add { self.readView() } }
    scheduleNext()
  }

  func takeUpdates() -> [FeedUpdate] {
    if let time = retry.withLock({ $0 }), time <= .now { start() }
    return updates.takeAll().map { FeedUpdate($0.answer, age: ContinuousClock.now - $0.began) }
  }

  private func scheduleNext() {
    queue.add(after: refresh) {
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
        return .listed(GroupListing(instances: [], isEmpty: true, notes: [.other(error.message)]))
      } catch {
        return .sourceFailed(GateFault(error))
      }
    }
  }

  private func readView() {
    answering("the load balancer", FeedAnswer.viewFailed) {
      do throws(SourceError) {
        return .viewed(try reader.views(of: members.withLock { $0 }))
      } catch {
        return .viewFailed(GateFault(error))
      }
    }
  }

  /// Makes a request, and reports a fault if it is late, which must be known before the deadline.
  private func answering(
    _ whom: String, _ failure: @escaping @Sendable (GateFault) -> FeedAnswer,
    _ ask: () -> FeedAnswer
  ) {
    let began = ContinuousClock.now
    let answered = answers.withLock { $0 }
    watch.add(after: lateness) {
      // Under the lock, so that the report of its lateness never comes after the response.
      self.answers.withLock { answers in
        guard answers == answered else { return }
        self.post(
          failure(GateFault(detail: "no answer from \(whom) for \(self.lateness.inWords) yet")),
          from: began)
      }
    }
    let answer = ask()
    answers.withLock { answers in
      answers += 1
      post(answer, from: began)
    }
  }

  private func post(_ answer: FeedAnswer, from began: ContinuousClock.Instant) {
    updates.put((answer, began))
  }
}
