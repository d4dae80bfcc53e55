internal import ArgumentParser
internal import Specs

/// `ptrain schema`: what config.json may contain, as JSON Schema, as a reference in Markdown or, of one key, as a table
/// for people.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of config.json, for editors; with a key, a list for people."
  )

  @Argument(help: "A key, like data.train or optimizer.schedule: what may stand there, with defaults and meaning.")
  var key: String?

  @Flag(help: "Print the reference of all keys and kinds, as Markdown.")
  var markdown = false

  func validate() throws {
    if markdown, key != nil { throw ValidationError("--markdown prints all keys; leave the key out, or --markdown") }
  }

  func run() throws {
    let text = try text(ConfigKeys.root())
    guard PTrain.isFirstProcess else { return }
    try StandardOutput.answer(text, terminator: "")
  }

  private func text(_ root: [Schema.Property]) throws -> String {
    if let key { return try ConfigKeys.listing(key, in: root) }
    if markdown { return SchemaReference(root: root).markdown }
    guard case .object(let members) = Schema.object(root).json else { return "" }
    let head: [ConfigValue.Member] = [
      .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      .init("title", .string("ptrain config")),
    ]
    return ConfigValue.object(head + members).prettyText
  }
}
