"""What gets done. One public function is one transaction: lock, decide, write, end. Nothing is sent inside it."""
