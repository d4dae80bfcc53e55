internal import ArgumentParser
internal import Specs

/// `ptrain help`: of a command how it is called, of a config's key what may stand there.
///
/// It stands in place of the argument parser's own command of that name, which knows commands only.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help",
    abstract: "Explain a command, like launch, or a key of the config, like data.train or loss.huber.")

  @Argument(help: "A command, or a key or kind of config.json.")
  var name: String?

  func run() throws {
    guard let name else { throw CleanExit.helpRequest(PTrain.self) }
    let commands = PTrain.configuration.subcommands
    if let command = commands.first(where: { $0.configuration.commandName == name }) {
      throw CleanExit.helpRequest(command)
    }
    let root = try ConfigKeys.root()
    // One word that is no key may be a command, or a name from further within.
    if !name.contains(where: { ".[".contains($0) }), !root.contains(where: { $0.key == name }) {
      var shown: [String] = []
      for command in commands {
        // Key paths of a type that is only known at run time crash the compiler (Swift 6.3.1).
        let configuration = command.configuration
        if configuration.shouldDisplay, let name = configuration.commandName { shown.append(name) }
      }
      throw Self.unknown(name, commands: shown, root: root)
    }
    let listing = try ConfigKeys.listing(name, in: root)
    guard PTrain.isFirstProcess else { return }
    try StandardOutput.answer(listing, terminator: "")
  }

  private static func unknown(_ name: String, commands: [String], root: [Schema.Property]) -> ConfigError {
    let keys = root.map(\.key), outer = NearestName.of(name, among: commands + keys)
    let index = SchemaIndex(root: root), inner = index.places(of: name)
    // What is called so goes before what is nearly called so.
    let isExact = inner.contains { $0 == name || $0.hasSuffix("." + name) }
    let near = isExact ? inner : (outer.map { [$0] } ?? []) + inner.filter { $0 != outer }
    let hint =
      near.isEmpty
      ? "commands: \(commands.joined(separator: ", ")); keys: \(keys.joined(separator: ", "))"
      : "did you mean \(near.prefix(3).map { "'\($0)'" }.joined(separator: " or "))?"
    return ConfigError("'\(name.excerpt(60))' is neither a command nor a key of a config; \(hint)", exitCode: .usage)
  }
}
