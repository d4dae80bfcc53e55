/// Inputs of a network that do not fit the data, or the layers.
extension ErrorCase {
  private static func inputs(
    _ inputs: String, layers: String = #"[{"type": "dense", "units": 2, "inputs": ["x"]}]"#, _ code: Int32 = 78,
    says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "inputs \(inputs)", overrides: [#"model={"inputs": \#(inputs), "layers": \#(layers)}"#], code: code,
      says: says)
  }

  private static let both = #"[{"name": "x", "columns": ["a"]}, {"name": "z", "columns": ["b"]}]"#
  private static let whole = #"[{"name": "x", "dtype": "int32"}]"#

  static let inputs: [ErrorCase] = [
    inputs("[]", says: "model.inputs: expected a list of inputs, found []"),
    inputs(#"[{"columns": ["a"]}]"#, says: "model.inputs[0]: key 'name' is required"),
    inputs(
      #"[{"name": "x", "columns": ["a"]}, {"name": "x"}]"#,
      says: "model.inputs[1].name: two inputs are named 'x'; names must differ"),
    inputs(
      #"[{"name": "x"}, {"name": "z"}]"#,
      says:
        "model.inputs[1]: a second input without 'columns', and only one can have what is left; list the columns of one"
    ),
    inputs(
      #"[{"name": "x", "columns": []}]"#, says: "model.inputs[0].columns: expected a list of columns' names, found []"),
    inputs(
      #"[{"name": "x", "columns": ["c"]}]"#,
      says: "model.inputs[0].columns[0]: no feature column is named 'c'; did you mean 'a'? known: a, b"),
    inputs(
      #"[{"name": "x", "columns": ["a", "b", "a"]}]"#,
      says: "model.inputs[0].columns[2]: column 'a' belongs to the input 'x' already; a column has one place"),
    inputs(
      #"[{"name": "x", "columns": ["a"]}]"#,
      says:
        "model.inputs: no input has the feature column 'b'; name it in one, add an input without 'columns' that takes all "
        + "others, or leave it out of the data's 'features'"),
    inputs(
      #"[{"name": "x", "columns": ["b", "a"]}, {"name": "z"}]"#,
      says: "model.inputs[1]: other inputs name all columns, and none is left for this one; take it out"),
    inputs(
      #"[{"name": "x", "shape": [3]}]"#,
      says: "model.inputs[0].shape: shape 3 has 3 elements, and the columns of this input make 2"),
    inputs(
      #"[{"name": "x", "shape": [1, 1, 1, 2]}]"#,
      says: "model.inputs[0].shape: expected a list of 1 to 3 whole numbers, found"),
    inputs(#"[{"name": "x", "dtype": "int64"}]"#, says: "model.inputs[0].dtype: unknown value 'int64'"),
    ErrorCase(
      name: "inputs of an array's columns",
      overrides: [
        #"data.train={"format": "synthetic", "examples": 16, "features": 2}"#,
        #"model={"inputs": [{"name": "x", "columns": ["a"]}], "layers": [{"type": "dense", "units": 2}]}"#,
      ], code: 78,
      says:
        "model.inputs[0].columns[0]: the data are an array without columns; leave 'columns' out, for one input of all features"
    ),
    ErrorCase(
      name: "categories as whole numbers",
      overrides: [
        #"data.train.categorical=["a"]"#,
        #"model={"inputs": \#(whole), "layers": [{"type": "dense", "units": 2}]}"#,
      ], code: 78,
      says:
        "model.inputs[0].dtype: column 'a' has categories, each a feature of 0 and 1; give this input dtype float32, or the "
        + "data this column as whole numbers"),
    ErrorCase(
      name: "inputs and random changes",
      overrides: [
        #"data.augmentation=["gaussian_noise"]"#,
        #"model={"inputs": [{"name": "x"}], "layers": [{"type": "dense", "units": 2}]}"#,
      ], code: 78,
      says:
        "data.augmentation: samples are changed at random where they are the network's only input; remove 'model.inputs', or "
        + "the augmentation"),
    ErrorCase(
      name: "what is not whole",
      overrides: [#"model={"inputs": \#(whole), "layers": [{"type": "dense", "units": 2}]}"#],
      files: ["data.csv": Array("a,b,y\n1,2,0\n3,4.5,1\n5,6,0\n".utf8)], code: 65,
      says:
        "data.csv: line 3, column 'b': 4.5 is no whole number between -16777215 and 16777215, and the model reads it as int32; "
        + "correct it, or give the input dtype float32"),
    ErrorCase(
      name: "what float32 does not tell apart",
      overrides: [#"model={"inputs": \#(whole), "layers": [{"type": "dense", "units": 2}]}"#],
      files: ["data.csv": Array("a,b,y\n1,2,0\n3,16777217,1\n5,6,0\n".utf8)], code: 65,
      says: "data.csv: line 3, column 'b': "),
    inputs(
      whole,
      says:
        "model.layers[0]: dense reads float32 here, found 2 int32; give it an input of that dtype, or a layer between "
        + "them that reads int32"),
    inputs(
      whole, layers: #"["flatten"]"#, says: "model.layers: the last layer puts out 2 int32, a loss reads float32"),
    inputs(
      both, layers: #"[{"type": "dense", "units": 2}]"#,
      says: "model.layers[0]: there are several inputs (x, z); name those that the layer reads in its 'inputs'"),
    inputs(
      both, says: "model.layers: no layer reads the input 'z'; name it in the 'inputs' of a layer, or take it out"),
    inputs(
      both, layers: #"[{"type": "dense", "units": 2, "name": "z", "inputs": ["x"]}]"#,
      says: "model.layers[0].name: 'z' is the name of an input of the network; give another name"),
  ]
}
