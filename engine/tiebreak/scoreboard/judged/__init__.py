"""What people and judges say of the same cases, joined: what gates with a judge and its status are worked out from."""
