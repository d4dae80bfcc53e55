/// The registries that a config is read with: of every sort the standard one, or the one that is given instead.
///
/// A ``FieldReader`` hands them to the readers of the objects in its own, so that a kind that is added is known
/// wherever its sort may stand: a loss also as a term of a sum, an activation also in a layer. Every sort has a type of
/// its own, by which it is found.
package struct Registries: Sendable {
  /// All standard.
  package static let standard = Registries()
  private var given: [ObjectIdentifier: any Sendable] = [:]

  private init() {}

  /// With a registry instead of the one of its sort.
  package func with<Sort: Sendable>(_ registry: Sort) -> Registries {
    var others = self
    others.given[ObjectIdentifier(Sort.self)] = registry
    return others
  }

  /// The registry of a sort: the one given, or else the standard one.
  package subscript<Sort: Sendable>(default standard: Sort) -> Sort {
    given[ObjectIdentifier(Sort.self)] as? Sort ?? standard
  }
}
