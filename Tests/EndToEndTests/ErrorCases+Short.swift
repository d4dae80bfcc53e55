/// Comments, and kinds that are named alone.
extension ErrorCase {
  static let short: [ErrorCase] = [
    config("a comment of C", "{\n  /* all */ \"name\": \"a\"}", says: "line 2, column 3: a comment begins with //"),
    config("a comment of Python", "# all\n{}", says: "line 1, column 1: a comment begins with //"),
    config(
      "an error behind a comment", "{\"name\": \"a\", // b\n \"seed\": }", says: "line 2, column 10: expected a value"),
    config(
      "a comment without end of a text", "{\"name\": \"a // b\n}", says: "a line break or control character in a text"),
    config("nothing but comments", "// a\n// b\n", says: "line 3, column 1: expected a value, found the end"),
    set("loss", "mze", says: "loss: unknown loss 'mze'; did you mean 'mse'?"),
    set("loss", "expression", says: "loss: 'expression' alone does not say enough, key 'per_sample' is required: "),
    set("optimizer", "adem", says: "optimizer: unknown optimizer 'adem'; did you mean 'adam'?"),
    set(
      "model.layers", #"["dense"]"#, says: "model.layers[0]: 'dense' alone does not say enough, key 'units' is required"
    ),
    set("data.train", "data.csv", says: "data.train: expected an object whose key 'format' names the data format"),
  ]
}
