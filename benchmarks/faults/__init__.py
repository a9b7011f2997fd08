"""What breaks, lies, hangs or attacks, injected again and again."""
