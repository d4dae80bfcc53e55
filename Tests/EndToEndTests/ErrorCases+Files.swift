/// Numbers that would be written and not read again.
extension ErrorCase {
  static let files: [ErrorCase] = [
    .set("seed", "9223372036854775808", says: "written with all its digits and up to 9223372036854775807"),
    .set("seed", "1e300", says: "written with all its digits"),
    .set(
      "data.normalize", #"{"scale": 1e-46}"#, says: "data.normalize.scale: expected a number from 1.2e-38 to 3.4e+38"),
    .set("data.normalize", #"{"scale": 1e39}"#, says: "as float32 holds it, found 1e+39"),
  ]
}
