assert f(3) == 12
assert [node.grad for node in (f_, e, d)] == [1, -6, -2]
assert simplified_backward(c)[c.operands[0].operands[0]] == 8
assert c.operands[0].operands[0].grad == 4
assert check and abs(check.derived - 0.393223866483) < 1e-12
assert (u.grad, v.grad) == (15, 6)
assert abs(x.data + 0.5) < 1e-4
