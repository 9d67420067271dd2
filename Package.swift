// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// For what runs on one thread, at each check: Swift's checks of exclusive access, as it runs, are a
// tenth of what a check costs beside libcurl. The debug build keeps them, and tests run with that.
let checkedInTests: [SwiftSetting] = [
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

// For what runs once a run, or once a reader: `-Osize` inlines and specializes less, and builds in a
// third less time. What is done at each check or at each line of a journal is optimized for speed.
let small: [SwiftSetting] = [
  .unsafeFlags(["-Osize"], .when(configuration: .release))
]

// For the demo's dozen instances, and for a command's words: the optimizer takes three quarters of
// what a module costs to build.
let unoptimized: [SwiftSetting] = [
  .unsafeFlags(["-Onone"], .when(configuration: .release))
]

// What is asked of the system: by Linux's own functions, or by those that every system has.
let isPortable = Context.environment["HG_PORTABLE"] == "1"

let package = Package(
  name: "healthgate",
  products: [.executable(name: "healthgate", targets: ["healthgate"])],
  targets: [
    // Decides. Pure: it imports nothing.
    .target(name: "GateCore", swiftSettings: strict),

    // Explains. Pure too.
    .target(name: "GateInsight", dependencies: ["GateCore"], swiftSettings: strict + small),

    // Values to bytes and back; no I/O. Each needs those above it.
    .target(name: "GateText", dependencies: ["CCrypto", "GateCore"], swiftSettings: strict),
    .target(
      name: "GateSettings", dependencies: ["CRE2", "CYAML", "GateCore", "GateText"],
      swiftSettings: strict + small),
    // The one grammar of the command line. Beside the settings, so that it is built beside records.
    .target(
      name: "GateArguments", dependencies: ["GateCore", "GateSettings", "GateText"],
      swiftSettings: strict + small),
    .target(
      name: "GateRecords",
      dependencies: ["CCrypto", "GateCore", "GateInsight", "GateSettings", "GateText"],
      swiftSettings: strict),
    .target(
      name: "GateReports",
      dependencies: ["GateCore", "GateInsight", "GateRecords", "GateSettings", "GateText"],
      swiftSettings: strict + small),
    // What people watch, and what other commands than a run find: built beside the reports.
    .target(
      name: "GateDisplay",
      dependencies: ["GateCore", "GateInsight", "GateRecords", "GateSettings", "GateText"],
      swiftSettings: strict + small),

    // The loop, its ports, and what stands behind them.
    .target(name: "GateEngine", dependencies: ["GateCore"], swiftSettings: strict),
    // The one wrapper of libcurl, for checks and sources.
    .target(
      name: "Curl", dependencies: ["CCurl", "CCurlShims", "CSystem", "LibC"],
      swiftSettings: strict + checkedInTests),
    .target(
      name: "CurlHTTP",
      dependencies: ["CSystem", "Curl", "GateCore", "GateEngine", "GateInsight", "LibC"],
      swiftSettings: strict + checkedInTests),
    .target(
      name: "InstanceSources",
      dependencies: [
        "CExpat", "CResolver", "CSystem", "Curl", "GateCore", "GateSettings", "GateText", "LibC",
      ],
      swiftSettings: strict + small),
    .target(
      name: "DemoFleet", dependencies: ["CSystem", "LibC"], swiftSettings: strict + unoptimized),

    // A run, from settings to exit status; and what the other commands do.
    .target(
      name: "GateRun",
      dependencies: [
        "CSystem", "Curl", "CurlHTTP", "DemoFleet", "GateArguments", "GateCore", "GateDisplay",
        "GateEngine", "GateInsight", "GateRecords", "GateReports", "GateSettings", "GateText",
        "InstanceSources", "LibC",
      ],
      swiftSettings: strict + checkedInTests + small),
    // Flags, help and main.
    .executableTarget(
      name: "healthgate",
      dependencies: [
        "CSystem", "CurlHTTP", "DemoFleet", "GateArguments", "GateCore", "GateDisplay",
        "GateEngine", "GateInsight", "GateRecords", "GateReports", "GateRun", "GateSettings",
        "GateText", "InstanceSources", "LibC",
      ],
      swiftSettings: strict + unoptimized),

    // C: libcurl itself, and functions of fixed arity over its variadic ones.
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .target(
      name: "CCurlShims", dependencies: ["CCurl", "CNGHTTP2", "CSystem"],
      linkerSettings: [.linkedLibrary("z")]),
    // HTTP/2's frames, by the library that libcurl has them from.
    .systemLibrary(
      name: "CNGHTTP2", pkgConfig: "libnghttp2",
      providers: [.apt(["libnghttp2-dev"]), .brew(["libnghttp2"])]),
    // RE2, which is C++, by functions of C. Its pkg-config file has flags that SwiftPM warns of.
    // The C++ library comes after it once more: of archives a linker takes what was asked for before.
    .target(
      name: "CRE2", linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),
    // SHA-256, Ed25519 and Base64, by the library that libcurl has its TLS from.
    .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
    // The system's own: readiness, signals, child processes, names, the clock.
    .target(name: "CSystem", cSettings: isPortable ? [.define("HG_PORTABLE")] : []),
    // The C library, under one name.
    .target(name: "LibC", swiftSettings: strict),
    // YAML's parser, XML of AWS's answers, and SRV records.
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(
      name: "CExpat", pkgConfig: "expat",
      providers: [.apt(["libexpat1-dev"]), .brew(["expat"])]),
    .target(name: "CResolver", linkerSettings: [.linkedLibrary("resolv")]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["GateCore"], path: "Tests/Support",
      swiftSettings: strict),
    .testTarget(
      name: "GateCoreTests", dependencies: ["GateCore", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: strict),
    // Of text, settings, records and reports together: they share recorded runs.
    .testTarget(
      name: "GateFormatsTests",
      dependencies: [
        "GateArguments", "GateDisplay", "GateRecords", "GateReports", "GateSettings", "GateText",
        "TestSupport",
      ],
      exclude: ["Journal/Golden", "Reports/Golden", "Settings/Golden", "Verdict/Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "GateEngineTests", dependencies: ["GateEngine", "TestSupport"],
      swiftSettings: strict),
    // Both ways of asking the system, in one program.
    .target(
      name: "CSystemTwin", dependencies: ["CSystem"], path: "Tests/SystemTests/Twin"),
    .testTarget(
      name: "SystemTests", dependencies: ["CSystem", "CSystemTwin", "LibC"], exclude: ["Twin"],
      swiftSettings: strict + (isPortable ? [.define("HG_PORTABLE")] : [])),
    .testTarget(
      name: "CurlHTTPTests",
      dependencies: ["CurlHTTP", "DemoFleet", "GateInsight", "HostileReplies", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "GateInsightTests", dependencies: ["GateInsight", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "InstanceSourcesTests",
      dependencies: ["CResolver", "InstanceSources", "GateSettings", "GateText", "TestSupport"],
      exclude: ["Fixtures", "Peers", "Terraform/Samples"], swiftSettings: strict),
    .testTarget(
      name: "GateRunTests",
      dependencies: [
        "GateArguments", "GateCore", "GateRecords", "GateRun", "GateSettings", "InstanceSources",
        "LibC",
      ],
      swiftSettings: strict),
    // What no scenario of the demo does to a client.
    .target(
      name: "HostileReplies", dependencies: ["DemoFleet"], path: "Tests/DemoFleetTests/Hostile",
      swiftSettings: strict),
    .testTarget(
      name: "DemoFleetTests", dependencies: ["DemoFleet", "HostileReplies"], exclude: ["Hostile"],
      swiftSettings: strict),
    // Whole gates on virtual time, by seed: for the tests, and as a program.
    .target(
      name: "Simulation", dependencies: ["GateCore", "GateEngine", "GateRecords", "TestSupport"],
      path: "Tests/Simulation", exclude: ["Command", "test"], swiftSettings: strict),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/Simulation/Command",
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["GateCore", "GateEngine", "Simulation", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "CResolver", "CurlHTTP", "GateCore", "GateDisplay", "GateInsight", "GateRecords",
        "GateReports", "GateSettings", "GateText", "InstanceSources", "TestSupport",
      ],
      exclude: ["Corpus"], swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)
