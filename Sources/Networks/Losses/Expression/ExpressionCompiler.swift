internal import Kernels

/// One instruction a node, registers freed after their last use.
private struct CompiledExpression {
  var instructions: [ElementwiseProgram.Instruction] = []
  var assignment: RegisterAssignment
  /// The register of the result.
  var result = 0

  /// - Throws: ``ExpressionError`` where more values have to be kept at a time than there are registers.
  init(_ graph: ExpressionGraph, root: Int) throws(ExpressionError) {
    assignment = RegisterAssignment(graph, roots: [root])
    for (index, node) in graph.nodes.enumerated() where assignment.isNeeded(index) {
      guard case .operation(let operation, let operands) = node, let kernel = operation.kernel else { continue }
      let places = operands.map { assignment.place(of: $0) }
      assignment.release(operands, after: index)
      instructions.append(.init(kernel, to: assignment.assign(index), places))
    }
    switch assignment.place(of: root) {
    case .register(let register):
      result = register
      // A result that is p, y or w.
      if instructions.isEmpty { instructions.append(.init(.copy, to: register, [.register(register)])) }
    case .constant(let constant):
      // A result that is a constant gets a register of its own.
      result = assignment.assign(root)
      instructions.append(.init(.copy, to: result, [.constant(constant)]))
    }
    guard assignment.registers <= ElementwiseProgram.registerLimit else {
      throw ExpressionError(
        "the expression needs \(assignment.registers) intermediate values at a time, at most "
          + "\(ElementwiseProgram.registerLimit) are allowed; shorten it")
    }
  }
}

extension ElementwiseProgram {
  /// Compiles the derivative of an expression, in float32.
  ///
  /// - Throws: ``ExpressionError`` where it is too large.
  init(slopeOf lowered: LoweredExpression) throws(ExpressionError) {
    let code = try CompiledExpression(lowered.graph, root: lowered.slope)
    self.init(
      code.instructions, constants: code.assignment.constants, registers: code.assignment.registers, value: code.result,
      slope: code.result, usesWeight: code.assignment.usesWeight)
  }
}

extension ValueProgram {
  /// Compiles the value of an expression, in double.
  ///
  /// - Throws: ``ExpressionError`` where it is too large.
  init(_ lowered: LoweredExpression) throws(ExpressionError) {
    let code = try CompiledExpression(lowered.graph, root: lowered.value)
    self.init(
      code.instructions, constants: code.assignment.constants, registers: code.assignment.registers, value: code.result,
      usesWeight: code.assignment.usesWeight)
  }
}

/// Where the nodes of an expression live while a program runs.
private struct RegisterAssignment {
  private let nodes: [ExpressionGraph.Node]
  private let uses: [Int]
  /// The last node that reads a node; results are read at the end.
  private var lastUse: [Int]
  private var places: [ElementwiseProgram.Operand?]
  private var free: [Int] = []
  private(set) var registers = ElementwiseProgram.inputs.count
  private(set) var constants: [Float] = []
  private(set) var usesWeight = false

  init(_ graph: ExpressionGraph, roots: [Int]) {
    nodes = graph.nodes
    uses = graph.uses(from: roots)
    lastUse = [Int](repeating: -1, count: nodes.count)
    places = [ElementwiseProgram.Operand?](repeating: nil, count: nodes.count)
    for index in nodes.indices where uses[index] > 0 {
      for operand in nodes[index].operands { lastUse[operand] = index }
    }
    for root in roots { lastUse[root] = nodes.count }
    var unused = Set(ElementwiseProgram.inputs)
    for index in nodes.indices where uses[index] > 0 {
      switch nodes[index] {
      case .constant(let bits): places[index] = addConstant(Float(bitPattern: bits))
      case .truth(let truth): places[index] = addConstant(Float(bitPattern: truth ? ~0 : 0))
      case .variable(let variable):
        let register = ExpressionVariable.allCases.firstIndex(of: variable) ?? 0
        places[index] = .register(register)
        unused.remove(register)
        if variable == .weight { usesWeight = true }
      case .operation: break
      }
    }
    free = unused.sorted(by: >)
  }

  func isNeeded(_ index: Int) -> Bool { uses[index] > 0 }

  func place(of index: Int) -> ElementwiseProgram.Operand { places[index] ?? .constant(0) }

  /// Frees the registers of operands that nothing reads after `index`.
  mutating func release(_ operands: [Int], after index: Int) {
    for operand in Set(operands) where lastUse[operand] == index {
      if case .register(let register) = place(of: operand) { free.append(register) }
    }
  }

  /// Gives a node a register.
  mutating func assign(_ index: Int) -> Int {
    let register = free.popLast() ?? registers
    registers = max(registers, register + 1)
    places[index] = .register(register)
    return register
  }

  private mutating func addConstant(_ value: Float) -> ElementwiseProgram.Operand {
    constants.append(value)
    return .constant(constants.count - 1)
  }
}
