"""The reference: a small service that never changes, loaded beside the one under test.

What it moves by is the machine's doing; what the service moves beyond it is the build's. Its code is frozen:
a change of anything that it measures is another ``VERSION``, which is compared with its own kind only.
"""
