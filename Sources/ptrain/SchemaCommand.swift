internal import ArgumentParser
internal import Specs
internal import Training

/// `ptrain schema`: the JSON Schema of config.json.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of config.json, for editors.")

  func run() throws {
    let fields = FieldReader(describing: "")
    _ = try RunConfig(from: fields)
    guard case .object(let members) = Schema.object(fields.properties).json else { return }
    let head: [ConfigValue.Member] = [
      .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      .init("title", .string("ptrain config")),
    ]
    guard PTrain.isFirstProcess else { return }
    try StandardOutput.answer(ConfigValue.object(head + members).prettyText, terminator: "")
  }
}
