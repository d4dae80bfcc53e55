// swift-tools-version: 6.0
import PackageDescription

let room: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of the house: one target, one purpose. Its dependencies are the only arrows the compiler lets through.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: room)
}

/// The tests of one room.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.target(name: name), "TestSupport"] + dependencies,
    exclude: exclude,
    swiftSettings: room)
}

let package = Package(
  name: "ptrain",
  products: [.executable(name: "ptrain", targets: ["ptrain"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // C libraries of the system. Debian and Ubuntu: the packages named in `providers`.
    .systemLibrary(
      name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev", "openmpi-bin"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // Our C: what the system has and Swift cannot call.
    .target(name: "CPlatform"),
    // Vector kernels chosen at run time by the CPU's feature bits.
    .target(
      name: "CKernels",
      cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno"])]),

    // Open MPI's ways to end a process, in the program's hands: linked in the program alone, no library takes them
    // over.
    .target(name: "CMPIAbort", dependencies: ["CPlatform"]),

    room("Platform", ["CPlatform"]),
    room("MPI", ["Platform", "COpenMPI"]),
    room("Specs", ["Platform"]),
    room("Kernels", ["CKernels"]),
    room("Networks", ["Platform", "Specs", "Kernels"]),
    room("Optimization", ["Specs", "Kernels"]),
    room("Datasets", ["Platform", "Specs", "Kernels", "CDeflate", "CZlib", "CZstd"]),
    room("Statistics", ["Kernels"]),
    room("Metrics", ["Platform", "Specs", "Kernels", "Networks"]),
    room("Advice", ["Platform", "Specs", "Kernels", "Statistics", "Networks", "Datasets", "Metrics"]),
    room("Collectives", ["Platform", "Kernels"]),
    room("CollectivesMPI", ["Platform", "Collectives", "MPI"]),
    room(
      "Training",
      [
        "Platform", "Specs", "Kernels", "Networks", "Optimization", "Datasets", "Statistics", "Metrics", "Collectives",
        "Advice", "CCrypto",
      ]),
    room(
      "ModelSelection",
      [
        "Platform", "Specs", "Kernels", "Networks", "Optimization", "Datasets", "Statistics", "Metrics", "Collectives",
        "Advice", "Training",
      ]),
    room("Supervision", ["Platform", "Specs"]),
    .executableTarget(
      name: "ptrain",
      dependencies: [
        "Training", "ModelSelection", "Advice", "Statistics", "Supervision", "Collectives", "CollectivesMPI", "MPI",
        "CMPIAbort", "Platform", "Specs", "Kernels", "Networks", "Datasets", "Metrics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: room),

    .target(
      name: "TestSupport", dependencies: ["Specs", "Kernels"], path: "Tests/TestSupport",
      swiftSettings: room),
    // Layers that look at more than a row, to try the house with.
    .target(
      name: "ToyLayers", dependencies: ["Specs", "Kernels", "CKernels", "Networks"], path: "Tests/ToyLayers",
      swiftSettings: room),
    .executableTarget(
      name: "MPISelfTest",
      dependencies: [
        "MPI", "Collectives", "CollectivesMPI", "Statistics", "Training", "Networks", "Platform", "Specs", "ToyLayers",
        "TestSupport",
      ],
      path: "Tests/MPISelfTest", swiftSettings: room),
    // Simulations that the rules of advice and the verdicts of comparisons are held to.
    .executableTarget(
      name: "Banks",
      dependencies: [
        "ModelSelection", "Advice", "Statistics", "Datasets", "Kernels", "Platform", "Specs", "TestSupport",
      ],
      path: "Tests/Banks", swiftSettings: room),
    // Many small trainings in one process, for other CPUs and emulators of them.
    .executableTarget(
      name: "OneHash",
      dependencies: ["Training", "Datasets", "Metrics", "Collectives", "Networks", "Kernels", "Platform", "Specs"],
      path: "Tests/OneHash", swiftSettings: room),
    .target(name: "FuzzSupport", dependencies: ["CZlib", "CZstd"], path: "Tests/FuzzSupport"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "FuzzSupport", "Training", "Metrics", "Collectives", "Datasets", "Networks", "Kernels", "Optimization",
        "Platform", "Specs",
      ],
      path: "Tests/Fuzz", swiftSettings: room),
    tests("Platform", []),
    tests("MPI", []),
    tests("Specs", []),
    tests("Kernels", ["Platform"]),
    tests("Networks", ["Platform", "Specs", "Kernels", "ToyLayers"], exclude: ["Golden"]),
    tests("Optimization", ["Platform", "Specs", "Kernels"], exclude: ["Golden"]),
    tests("Datasets", ["Platform", "Specs", "Kernels"], exclude: ["Golden"]),
    tests("Collectives", ["Kernels"]),
    tests("Metrics", ["Platform", "Specs", "Kernels", "Networks"], exclude: ["Golden"]),
    tests(
      "Training",
      [
        "Platform", "Specs", "Kernels", "CKernels", "Networks", "Optimization", "Datasets", "Metrics", "Collectives",
        "Advice", "ToyLayers",
      ]),
    tests("Supervision", ["Platform", "Specs"]),
    tests("Statistics", ["Kernels"], exclude: ["Golden"]),
    tests("Advice", ["Platform", "Specs", "Kernels", "Statistics", "Networks", "Datasets", "Metrics", "Banks"]),
    tests(
      "ModelSelection",
      [
        "Platform", "Specs", "Kernels", "Networks", "Optimization", "Datasets", "Statistics", "Metrics", "Collectives",
        "Advice", "Training",
      ], exclude: ["Golden"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["TestSupport", "Specs", "Networks", "Optimization", "ptrain", "MPISelfTest"],
      exclude: ["Allocations", "Reference"],
      swiftSettings: room),
  ],
  swiftLanguageModes: [.v6]
)
