internal import ArgumentParser
internal import Specs
internal import Training

/// `ptrain schema`: what config.json may contain, as JSON Schema or, of one key, as a table for people.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of config.json, for editors; with a key, a list for people."
  )

  @Argument(help: "A key, like data.train or optimizer.schedule: what may stand there, with defaults and meaning.")
  var key: String?

  func run() throws {
    let fields = FieldReader(describing: "")
    _ = try RunConfig(from: fields)
    if let key {
      let listing = SchemaListing(try SchemaPlace(root: fields.properties).following(key))
      guard PTrain.isFirstProcess else { return }
      return try StandardOutput.answer(listing.text, terminator: "")
    }
    guard case .object(let members) = Schema.object(fields.properties).json else { return }
    let head: [ConfigValue.Member] = [
      .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      .init("title", .string("ptrain config")),
    ]
    guard PTrain.isFirstProcess else { return }
    try StandardOutput.answer(ConfigValue.object(head + members).prettyText, terminator: "")
  }
}
