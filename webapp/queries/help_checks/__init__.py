"""What help pages look at before they explain: is it so in *this* workspace, and where is it put right."""
