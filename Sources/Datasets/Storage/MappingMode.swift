internal import Platform

/// Which data files stay where they are, read through a map, instead of being copied into memory.
package enum MappingMode: String, Sendable, CaseIterable {
  case auto, always, never

  /// Whether a file of so many bytes is to be mapped.
  ///
  /// A copied file may be overwritten while it is trained on, a mapped one may not: so what fits well is copied.
  func takes(byteCount: Int) -> Bool {
    switch self {
    case .auto: byteCount > MachineMemory.ofProcess / 4
    case .always: true
    case .never: false
    }
  }
}
