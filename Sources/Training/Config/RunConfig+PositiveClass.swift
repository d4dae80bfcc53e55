internal import Datasets
internal import Metrics
internal import Specs

extension RunConfig {
  /// Settles which class is the positive one: data or costs name it, for the whole run.
  ///
  /// The positive class becomes the second of the data's two classes, so that loss, metrics, threshold and files agree.
  static func positiveClass(
    data: DataSection, loss: LossSection, root fields: FieldReader
  ) throws(ConfigError) -> PositiveClass? {
    if fields.has("positive_class") {
      throw fields.error(
        "positive_class", "the positive class is a matter of the targets; give it as data.positive_class")
    }
    guard let named = loss.cost?.positiveClass else { return data.positiveClass }
    guard let other = data.positiveClass else {
      return PositiveClass(name: named, key: "loss.cost.positive_class")
    }
    guard other.name == named else {
      throw ConfigError(
        "is '\(named.excerpt(60))', but data.positive_class is '\(other.name.excerpt(60))'; name one of them",
        path: "loss.cost.positive_class")
    }
    return other
  }
}
