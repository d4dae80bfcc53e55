internal import Datasets
internal import Foundation
internal import Specs

extension ConfigValue {
  /// The `data` object with the paths of its sources made absolute, so that the config can stand anywhere.
  func makingPathsAbsolute(from base: String, formats: DataFormatRegistry) -> ConfigValue {
    guard case .object(let members) = self else { return self }
    let keys = pathKeys(formats)
    return .object(
      members.map { member in
        Member(
          member.key,
          keys.contains(member.key)
            ? member.value.makingPathAbsolute(from: base, formats)
            : member.value.makingPathsAbsolute(from: base, formats: formats))
      })
  }

  /// A path, or each of a list of paths, as it is from anywhere; a pattern stays one.
  private func makingPathAbsolute(from base: String, _ formats: DataFormatRegistry) -> ConfigValue {
    switch self {
    case .string(let path) where !path.hasPrefix("/"):
      let from = base.hasPrefix("/") ? base : FileManager.default.currentDirectoryPath + "/" + base
      return .string((from + "/" + path as NSString).standardizingPath)
    case .array(let paths): return .array(paths.map { $0.makingPathAbsolute(from: base, formats) })
    default: return makingPathsAbsolute(from: base, formats: formats)
    }
  }

  /// A config without the paths of its data files.
  func withoutDataPaths(_ formats: DataFormatRegistry) -> ConfigValue {
    guard case .object(var members) = self else { return self }
    for place in members.indices where members[place].key == "data" {
      members[place].value = members[place].value.droppingPaths(formats)
    }
    return .object(members)
  }

  private func droppingPaths(_ formats: DataFormatRegistry) -> ConfigValue {
    guard case .object(let members) = self else { return self }
    let keys = pathKeys(formats)
    return .object(
      members.compactMap { member in
        if keys.contains(member.key) {
          switch member.value {
          case .string, .array: return nil
          default: break
          }
        }
        return Member(member.key, member.value.droppingPaths(formats))
      })
  }

  /// The keys of a data source, or of `data` itself, that hold paths.
  private func pathKeys(_ formats: DataFormatRegistry) -> [String] {
    guard let kind = self["format"] else { return self["train"] == nil ? [] : ["cache_directory"] }
    return formats.all.first { kind == .string($0.kind) }?.pathKeys ?? []
  }
}
