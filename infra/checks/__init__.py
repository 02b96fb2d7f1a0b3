"""What `./qiku check` looks at beyond the tools: rules of this house that no tool knows."""
