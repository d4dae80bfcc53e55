internal import Kernels

extension ElementwiseProgram {
  /// Compiles an expression with its derivative: one instruction a node, registers freed after their last use.
  ///
  /// - Throws: ``ExpressionError`` where more values have to be kept at a time than there are registers.
  init(_ expression: DifferentiatedExpression) throws(ExpressionError) {
    let lowered = LoweredExpression(expression)
    var assignment = RegisterAssignment(lowered.graph, roots: [lowered.value, lowered.slope])
    var instructions: [Instruction] = []
    for (index, node) in lowered.graph.nodes.enumerated() where assignment.isNeeded(index) {
      guard case .operation(let operation, let operands) = node, let kernel = operation.kernel else { continue }
      let places = operands.map { assignment.place(of: $0) }
      assignment.release(operands, after: index)
      instructions.append(Instruction(kernel, to: assignment.assign(index), places))
    }
    // A result that is a constant gets a register of its own.
    func result(_ root: Int) -> Int {
      switch assignment.place(of: root) {
      case .register(let register): return register
      case .constant(let constant):
        let register = assignment.assign(root)
        instructions.append(Instruction(.copy, to: register, [.constant(constant)]))
        return register
      }
    }
    let value = result(lowered.value)
    let slope = result(lowered.slope)
    guard assignment.registers <= Self.registerLimit else {
      throw ExpressionError(
        "the expression needs \(assignment.registers) intermediate values at a time, at most \(Self.registerLimit) are "
          + "allowed; shorten it")
    }
    self.init(
      instructions, constants: assignment.constants, registers: assignment.registers, value: value, slope: slope,
      usesWeight: assignment.usesWeight)
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
