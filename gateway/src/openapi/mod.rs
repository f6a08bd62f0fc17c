pub fn document(
    _: &prost_reflect::DescriptorPool,
    _: &crate::route::Routes,
) -> anyhow::Result<String> {
    Ok(String::new())
}
