package import Collectives
package import Datasets
internal import Kernels
internal import Specs

/// Its lists travel as they lie in memory: 60,000 rows are 240 kB.
///
/// What is read is a view of some rows; of which, ``Datasets/PreparedData/with(_:)`` knows.
extension DataView: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(source)
    writer.write(counts)
    writer.write(weightExponents)
    writer.write(normalization)
    writer.write(ConfigValue.array(treatments.map(\.configValue)))
    writer.write(targetNormalization)
    writer.write(withLists { [UInt8]($0) })
  }

  package init(from reader: inout PortableReader) throws {
    self.init(
      source: try reader.read(), counts: try reader.read(), weightExponents: try reader.read(),
      normalization: try reader.readNormalization(), treatments: try reader.readTreatments(),
      targetNormalization: try reader.readNormalization(),
      lists: try reader.read())
  }
}

extension PortableWriter {
  fileprivate mutating func write(_ normalization: Normalization) {
    write(normalization.formula.rawValue)
    write(normalization.shift)
    write(normalization.scale)
    write(normalization.functions.map(\.rawValue))
  }
}

extension PortableReader {
  fileprivate mutating func readNormalization() throws -> Normalization {
    guard let formula = Normalization.Formula(rawValue: try read()) else {
      throw failure("there is no such formula of a normalization")
    }
    let shift: [Double] = try read(), scale: [Double] = try read()
    guard shift.count == scale.count, !shift.isEmpty else {
      throw failure("\(shift.count) shifts and \(scale.count) scales are no normalization")
    }
    let names: [String] = try read(), functions = names.compactMap(Normalization.Function.init)
    guard functions.count == names.count, functions.count == 1 || !functions.isEmpty && functions.count == shift.count
    else {
      throw failure("there is no such function of a normalization")
    }
    return Normalization(formula, shift: shift, scale: scale, functions: functions)
  }

  fileprivate mutating func readTreatments() throws -> [FeatureTreatment] {
    let value: ConfigValue = try read()
    guard case .array(let treatments) = value else { throw failure("treatments of features are no list") }
    var read: [FeatureTreatment] = []
    for treatment in treatments {
      do throws(ConfigError) {
        read.append(
          try FieldReader.readObject(treatment, path: "treatments") { fields throws(ConfigError) in
            try FeatureTreatment(from: fields)
          }.0)
      } catch {
        throw failure("there is no such treatment of features: \(error.sentence)")
      }
    }
    return read
  }
}
