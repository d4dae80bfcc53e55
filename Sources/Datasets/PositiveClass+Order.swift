internal import Specs

extension PositiveClass {
  /// The classes with the positive one as the second.
  func ordering(_ classes: [String]) throws(DataError) -> [String] {
    guard !classes.isEmpty else { throw .positiveClass(key: key, problem: .noClasses) }
    guard classes.count == 2 else { throw .positiveClass(key: key, problem: .notTwoClasses(known: classes)) }
    guard let index = classes.firstIndex(of: name) else {
      throw .positiveClass(key: key, problem: .unknown(name: name, known: classes))
    }
    return [classes[1 - index], name]
  }
}
