// swift-tools-version: 6.2
import PackageDescription

// The core, the engine and the simulation alone: a fault in the core is then built in seconds.
// The test puts it into a copy of the sources; it is no part of the program's package.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  // Optimized, and still a file at a time: of the core only the one with the fault is built anew.
  .unsafeFlags(["-O"]),
]

let package = Package(
  name: "healthgate",
  targets: [
    .target(name: "GateCore", swiftSettings: strict),
    .target(name: "GateEngine", dependencies: ["GateCore"], swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["GateCore"], path: "Tests/Support",
      swiftSettings: strict),
    .target(
      name: "Simulation", dependencies: ["GateCore", "GateEngine", "TestSupport"],
      path: "Tests/Simulation", exclude: ["Command", "Journal", "test"], swiftSettings: strict),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/MutationTest",
      sources: ["main.swift"], swiftSettings: strict),
  ]
)
