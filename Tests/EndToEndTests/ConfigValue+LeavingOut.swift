import Specs

extension ConfigValue {
  /// An object without one of its members.
  func leavingOut(_ key: String) -> ConfigValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { $0.key != key })
  }
}
