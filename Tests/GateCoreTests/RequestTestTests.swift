import TestSupport
import Testing

@testable import GateCore

@Suite struct RequestTestTests {
  private static let few = RequestCount(requests: 1000, errors: 5)
  private static let many = RequestCount(requests: 1000, errors: 40)

  @Test func aHigherShareOfErrorsIsWorse() {
    var test = RequestTest(error: 0.05, expectedLooks: 10)
    let worse = test.look(at: Self.many, beside: Self.few)
    #expect(worse.isWorse && worse.pValue < 0.000_001)
    #expect(!test.look(at: Self.few, beside: Self.few).isWorse)
    #expect(!test.look(at: Self.few, beside: Self.many).isWorse)
    #expect(test.looks == 3)
  }

  @Test func anIncreaseThatIsAllowedIsNotWorse() {
    var test = RequestTest(error: 0.05, expectedLooks: 10, maxIncrease: 0.04)
    #expect(!test.look(at: Self.many, beside: Self.few).isWorse)
    test = RequestTest(error: 0.05, expectedLooks: 10, maxIncrease: 0.03)
    #expect(test.look(at: Self.many, beside: Self.few).isWorse)
  }

  @Test(arguments: [1, 3, 10, 1000])
  func theLooksShareTheError(_ expected: Int) {
    var test = RequestTest(error: 0.05, expectedLooks: expected)
    let limits = (0..<100_000).map { _ in test.look(at: Self.few, beside: Self.few).limit }
    #expect(limits.reduce(0, +) <= 0.05)
    #expect(limits.prefix(expected).reduce(0, +) >= 0.024_999)
    #expect(limits.reduce(0, +) > 0.048)
    #expect(zip(limits, limits.dropFirst()).allSatisfy { $0 >= $1 })
  }

  /// Counts of a busy service, for which the sums have millions of terms that are nothing.
  @Test func millionsOfErrorsAreTested() {
    var test = RequestTest(error: 0.05, expectedLooks: 1)
    let old = RequestCount(requests: 2_000_000_000, errors: 20_000_000)
    #expect(!test.look(at: old, beside: old).isWorse)
    let new = RequestCount(requests: 2_000_000_000, errors: 20_100_000)
    let finding = test.look(at: new, beside: old)
    #expect(finding.isWorse && finding.pValue >= 0)
  }

  @Test func moreErrorsThanRequestsAreAllOfThem() {
    #expect(RequestCount(requests: 5, errors: 6) == RequestCount(requests: 5, errors: 5))
  }

  @Test func compareAndGuardsShareOneError() {
    let test = GuardMeasure("a", isTest: true)
    let steps = (0..<3).map { CanaryStep(name: "\($0)", guards: [test, GuardMeasure("b")]) }
    func tests(_ comparison: ComparisonPolicy?, _ guards: [GuardMeasure], _ steps: [CanaryStep])
      -> Int
    {
      GatePolicy(
        deadline: .seconds(1), expected: 1, comparison: comparison, guards: guards, steps: steps
      ).tests
    }
    #expect(tests(nil, [], []) == 1)
    #expect(tests(nil, [test], []) == 1)
    #expect(tests(ComparisonPolicy(), [], []) == 2)
    #expect(tests(nil, [], steps) == 3)
    #expect(tests(ComparisonPolicy(), [], steps) == 9)
  }
}
