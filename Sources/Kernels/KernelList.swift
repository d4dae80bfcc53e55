import CKernels

/// An activation of the list of kernels (`ck_kernels.h`).
package struct ActivationKernel: Sendable {
  let number: Int32
  let keepsOutput: Bool
  let isGate: Bool

  /// The names of all, in the list's order.
  package static let names = namesOfList(ck_activation_name)

  /// The one of that name, which must be in the list.
  package init(_ name: String) {
    number = numberInList(name, Self.names)
    keepsOutput = ck_activation_keeps_output(number) != 0
    isGate = name == "relu"
  }
}

/// Names by number, up to the one that is null.
func namesOfList(_ name: (Int32) -> UnsafePointer<CChar>?) -> [String] {
  var names: [String] = []
  while let next = name(Int32(names.count)) { names.append(String(cString: next)) }
  return names
}

/// A kernel is named by a line of source, so a name without one is a mistake there; tests make every kind of every
/// registry.
func numberInList(_ name: String, _ names: [String]) -> Int32 {
  guard let number = names.firstIndex(of: name) else { preconditionFailure("no kernel is called \(name)") }
  return Int32(number)
}
